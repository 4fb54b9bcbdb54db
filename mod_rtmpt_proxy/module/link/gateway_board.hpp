// The shared memory in which httpd's parent tells its children the condition of the gateway.
//
// A child handles strangers' bytes and runs other modules, so it may read the board but not write it. The parent's
// writable mapping is not inherited, and the children's mapping cannot be made writable.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::apache {

inline constexpr std::size_t kMaxFailureBytes = 8192;

enum class GatewayCondition : std::uint32_t { unused = 0, running = 1, restarting = 2, failed = 3 };

// Only the parent writes. Every child reads, also one of an older generation.
struct GatewayBoard {
  std::atomic<std::uint32_t> state; // a GatewayCondition
  char failure[kMaxFailureBytes];   // the reason when the state is failed; always ends with a zero byte
};

// One board, mapped twice. Both are null when there is no memory for it.
struct BoardMappings {
  GatewayBoard* writer = nullptr;     // mapped only in the process that made it, not in the children that it forks
  const GatewayBoard* view = nullptr; // inherited by children; nobody can make it writable
};

// Makes a board with the condition `unused`. It exists as long as a process maps it. On failure errno says why.
BoardMappings make_board();

// Writes the condition. When it is `failed`, `failure` is written too, as much of it as there is room for.
void write_on_board(GatewayBoard& board, GatewayCondition condition, std::string_view failure);

} // namespace rtmpt_proxy::apache
