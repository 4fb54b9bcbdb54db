#include "module/link/gateway_board.hpp"

#include "local/descriptor.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "children read it in shared memory");

namespace {

// From now on no new mapping of the file can be writable, and none can be made writable.
constexpr int kSeals = F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

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

} // namespace rtmpt_proxy::apache
