// The shared memory in which httpd's parent tells its children how the gateway is.
//
// A child is full of strangers' bytes and of other modules, so it can read the board and never write it: the parent's
// mapping is not inherited, and the children's cannot be made writable.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::apache {

inline constexpr std::size_t kMaxFailureBytes = 8192;

enum class GatewayCondition : std::uint32_t { unused = 0, running = 1, restarting = 2, failed = 3 };

// Only the parent writes, and every child reads, however old it is.
struct GatewayBoard {
  std::atomic<std::uint32_t> state; // a GatewayCondition
  char failure[kMaxFailureBytes];   // why, when failed; ends with a zero byte at all times
};

// One board, mapped twice. Both are null when there is no memory for it.
struct BoardMappings {
  GatewayBoard* writer = nullptr;     // of the process that made it; children that it forks have nothing there
  const GatewayBoard* view = nullptr; // inherited by children; nobody can make it writable
};

// A board that says unused. It lives as long as a process maps it. On failure errno says why.
BoardMappings make_board();

// `failure` is kept when `condition` is failed; so much of it as there is room for.
void write_on_board(GatewayBoard& board, GatewayCondition condition, std::string_view failure);

} // namespace rtmpt_proxy::apache
