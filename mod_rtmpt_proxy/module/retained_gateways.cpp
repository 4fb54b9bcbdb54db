#include "retained_gateways.hpp"

#include "httpd_headers.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <sys/mman.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

static_assert(std::is_trivially_destructible_v<RetainedGateways> && std::is_standard_layout_v<RetainedGateways>);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "children read it in shared memory");

namespace {

void close_descriptor(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

} // namespace

RetainedGateways* find_retained_gateways() {
  auto* const retained = static_cast<RetainedGateways*>(ap_retained_data_get(kRetainedKey));
  return retained && retained->initialised ? retained : nullptr;
}

RetainedGateways* make_retained_gateways() {
  if (RetainedGateways* const known = find_retained_gateways()) return known;
  void* const page =
      ::mmap(nullptr, sizeof(GatewayBoard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); // zeros
  if (page == MAP_FAILED) return nullptr;
  auto* retained = static_cast<RetainedGateways*>(ap_retained_data_get(kRetainedKey));
  if (!retained)
    retained = static_cast<RetainedGateways*>(ap_retained_data_create(kRetainedKey, sizeof(RetainedGateways)));
  retained->board = new (page) GatewayBoard{};
  retained->parent_pid = ::getpid();
  clear_slot(retained->current);
  for (GatewaySlot& slot : retained->retiring)
    clear_slot(slot);
  retained->initialised = true;
  return retained;
}

void clear_slot(GatewaySlot& slot) {
  slot.pid = 0;
  slot.door_children_end = slot.door_gateways_end = slot.lifeline = -1;
  slot.threads = 0;
  slot.path[0] = slot.version[0] = '\0';
}

void close_slot(GatewaySlot& slot) {
  close_descriptor(slot.door_children_end);
  close_descriptor(slot.door_gateways_end);
  close_descriptor(slot.lifeline);
  clear_slot(slot);
}

void post_condition(GatewayBoard& board, GatewayCondition condition, std::string_view failure) {
  if (condition == GatewayCondition::failed) {
    // Readers look at the text only while the state says failed: say otherwise while it changes.
    board.state.store(static_cast<std::uint32_t>(GatewayCondition::restarting), std::memory_order_release);
    const std::size_t size_bytes = std::min(failure.size(), kMaxFailureBytes - 1);
    std::memcpy(board.failure, failure.data(), size_bytes);
    board.failure[size_bytes] = '\0';
  }
  board.state.store(static_cast<std::uint32_t>(condition), std::memory_order_release);
}

void close_parents_ends(RetainedGateways& retained) {
  const auto close_in_child = [](GatewaySlot& slot) {
    close_descriptor(slot.door_gateways_end);
    close_descriptor(slot.lifeline);
  };
  close_in_child(retained.current);
  for (GatewaySlot& slot : retained.retiring)
    close_in_child(slot);
}

std::vector<int> children_doors(const RetainedGateways& retained) {
  std::vector<int> doors;
  doors.push_back(retained.current.door_children_end); // -1: no gateway for new sessions, yet its place is the first
  for (const GatewaySlot& slot : retained.retiring)
    if (slot.door_children_end >= 0) doors.push_back(slot.door_children_end);
  return doors;
}

} // namespace rtmpt_proxy::apache
