// SPDX-License-Identifier: Apache-2.0
#include "module/link/gateway_board.hpp"

#include "local/descriptor.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free,
              "children read it in shared memory");

namespace {

// From now on no new mapping of the file can be writable, and none can be made writable.
constexpr int kSeals = F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

constexpr std::uint64_t kSecludedBit = std::uint64_t{1} << 32;

std::uint64_t to_number(const RunningGateway& gateway) {
  return static_cast<std::uint32_t>(gateway.pid) | (gateway.is_secluded ? kSecludedBit : 0);
}

void* map(const local::Descriptor& file, int protection) {
  void* const place = ::mmap(nullptr, sizeof(GatewayBoard), protection, MAP_SHARED, file.get(), 0);
  return place == MAP_FAILED ? nullptr : place;
}

} // namespace

BoardMappings make_board() {
  const local::Descriptor file(::memfd_create("rtmpt-gateway-board", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ::ftruncate(file.get(), sizeof(GatewayBoard)) != 0) return {};
  void* const writer = map(file, PROT_READ | PROT_WRITE);
  if (!writer) return {};
  void* const view =
      ::madvise(writer, sizeof(GatewayBoard), MADV_DONTFORK) == 0 && ::fcntl(file.get(), F_ADD_SEALS, kSeals) == 0
          ? map(file, PROT_READ)
          : nullptr;
  if (!view) {
    ::munmap(writer, sizeof(GatewayBoard));
    return {};
  }
  return {new (writer) GatewayBoard{}, static_cast<const GatewayBoard*>(view)};
}

void write_on_board(GatewayBoard& board, GatewayCondition condition, std::string_view failure) {
  if (condition == GatewayCondition::failed) {
    // Readers read the text only while the state is `failed`, so the state is another one while the text changes.
    board.state.store(static_cast<std::uint32_t>(GatewayCondition::restarting), std::memory_order_release);
    const std::size_t size_bytes = std::min(failure.size(), kMaxFailureBytes - 1);
    std::memcpy(board.failure, failure.data(), size_bytes);
    board.failure[size_bytes] = '\0';
  }
  board.state.store(static_cast<std::uint32_t>(condition), std::memory_order_release);
}

void write_on_board(GatewayBoard& board, std::span<const RunningGateway> running) {
  const auto is_on_board = [&board](std::uint64_t number) {
    return std::any_of(board.gateways.begin(), board.gateways.end(),
                       [number](const auto& place) { return place.load(std::memory_order_relaxed) == number; });
  };
  for (auto& place : board.gateways) {
    const bool goes_on = std::any_of(running.begin(), running.end(),
                                     [&place](const RunningGateway& one) { return to_number(one) == place.load(); });
    if (!goes_on) place.store(0, std::memory_order_release);
  }
  for (const RunningGateway& one : running) {
    if (is_on_board(to_number(one))) continue;
    const auto free_place =
        std::find_if(board.gateways.begin(), board.gateways.end(), [](const auto& place) { return place.load() == 0; });
    if (free_place != board.gateways.end()) free_place->store(to_number(one), std::memory_order_release);
  }
}

std::optional<RunningGateway> find_on_board(const GatewayBoard& board, pid_t pid) {
  for (const auto& place : board.gateways) {
    const std::uint64_t number = place.load(std::memory_order_acquire);
    if (pid > 0 && static_cast<std::uint32_t>(number) == static_cast<std::uint32_t>(pid))
      return RunningGateway{pid, (number & kSecludedBit) != 0};
  }
  return std::nullopt;
}

} // namespace rtmpt_proxy::apache
