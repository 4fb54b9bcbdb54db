// SPDX-License-Identifier: Apache-2.0
// The shared memory in which httpd's parent tells its children the condition of the gateway.
//
// A child handles strangers' bytes and runs other modules, so it may read the board but not write it. The parent's
// writable mapping is not inherited, and the children's mapping cannot be made writable.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <sys/types.h>

namespace rtmpt_proxy::apache {

inline constexpr std::size_t kMaxFailureBytes = 8192;
inline constexpr std::size_t kMaxRetiringGateways = 4;

// A gateway that runs: the one for new sessions, or one that finishes its own.
struct RunningGateway {
  pid_t pid = 0;
  bool is_secluded = false; // no other process of its user can read it, or act as it
};

enum class GatewayCondition : std::uint32_t { unused = 0, running = 1, restarting = 2, failed = 3 };

// Only the parent writes. Every child reads, also one of an older generation.
struct GatewayBoard {
  std::atomic<std::uint32_t> state; // a GatewayCondition
  // Each is a RunningGateway in one number; 0: none. One that goes on keeps its place, so that a reader never misses
  // it.
  std::array<std::atomic<std::uint64_t>, 1 + kMaxRetiringGateways> gateways;
  char failure[kMaxFailureBytes]; // the reason when the state is failed; always ends with a zero byte
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

// Writes which gateways run, at most 1 + kMaxRetiringGateways.
void write_on_board(GatewayBoard& board, std::span<const RunningGateway> running);

// The gateway that is this process; none: no gateway of httpd's parent is.
std::optional<RunningGateway> find_on_board(const GatewayBoard& board, pid_t pid);

} // namespace rtmpt_proxy::apache
