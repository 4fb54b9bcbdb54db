// SPDX-License-Identifier: Apache-2.0
#include "module/link/retained_gateways.hpp"

#include "module/core/httpd_headers.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <unistd.h>

namespace rtmpt_proxy::apache {

static_assert(std::is_trivially_destructible_v<RetainedGateways> && std::is_standard_layout_v<RetainedGateways>);

namespace {

void close_descriptor(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

} // namespace

RetainedGateways* find_retained_gateways() {
  auto* const retained = static_cast<RetainedGateways*>(ap_retained_data_get(kGatewaysKey));
  return retained && retained->initialised ? retained : nullptr;
}

RetainedGateways* make_retained_gateways() {
  if (RetainedGateways* const known = find_retained_gateways()) return known;
  const BoardMappings board = make_board();
  if (!board.writer) return nullptr;
  auto* retained = static_cast<RetainedGateways*>(ap_retained_data_get(kGatewaysKey));
  if (!retained)
    retained = static_cast<RetainedGateways*>(ap_retained_data_create(kGatewaysKey, sizeof(RetainedGateways)));
  retained->board = board.writer;
  retained->board_view = board.view;
  retained->condition = GatewayCondition::unused;
  retained->failure[0] = '\0';
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
  slot.user = 0;
  slot.group = 0;
  slot.file = {};
  slot.is_secluded = false;
  slot.lifeline_is_garbled = false;
  slot.path[0] = slot.version[0] = '\0';
}

void close_slot(GatewaySlot& slot) {
  close_descriptor(slot.door_children_end);
  close_descriptor(slot.door_gateways_end);
  close_descriptor(slot.lifeline);
  clear_slot(slot);
}

void post_condition(RetainedGateways& retained, GatewayCondition condition, std::string_view failure) {
  retained.condition = condition;
  if (condition == GatewayCondition::failed) {
    const std::size_t size_bytes = std::min(failure.size(), kMaxFailureBytes - 1);
    std::memcpy(retained.failure, failure.data(), size_bytes);
    retained.failure[size_bytes] = '\0';
  }
  write_on_board(*retained.board, condition, failure);
}

void post_gateways(RetainedGateways& retained) {
  std::vector<RunningGateway> running;
  const auto add = [&running](const GatewaySlot& slot) {
    if (slot.pid > 0) running.push_back({slot.pid, slot.is_secluded});
  };
  add(retained.current);
  for (const GatewaySlot& slot : retained.retiring)
    add(slot);
  write_on_board(*retained.board, running);
}

void close_parents_ends(RetainedGateways& retained) {
  const auto close_in_child = [](GatewaySlot& slot) {
    close_descriptor(slot.door_gateways_end);
    close_descriptor(slot.lifeline);
  };
  retained.board = nullptr; // children do not have this mapping
  close_in_child(retained.current);
  for (GatewaySlot& slot : retained.retiring)
    close_in_child(slot);
}

std::vector<int> children_doors(const RetainedGateways& retained) {
  std::vector<int> doors;
  doors.push_back(retained.current.door_children_end); // may be -1 (no gateway for new sessions), but stays the first
  for (const GatewaySlot& slot : retained.retiring)
    if (slot.door_children_end >= 0) doors.push_back(slot.door_children_end);
  return doors;
}

} // namespace rtmpt_proxy::apache
