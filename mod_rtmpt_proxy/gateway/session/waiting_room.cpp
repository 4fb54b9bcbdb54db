// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/waiting_room.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

WaitingRequest* WaitingRoom::find(std::uint32_t sequence_number) {
  for (WaitingRequest& request : waiting_)
    if (request.sequence_number == sequence_number) return &request;
  return nullptr;
}

void WaitingRoom::enter(WaitingRequest request) {
  bytes_ += request.body.size();
  const auto after = std::upper_bound(
      waiting_.begin(), waiting_.end(), request.sequence_number,
      [](std::uint32_t number, const WaitingRequest& other) { return number < other.sequence_number; });
  waiting_.insert(after, std::move(request));
}

void WaitingRoom::set_body(WaitingRequest& request, std::string_view body) {
  request.body = body;
  bytes_ += body.size();
}

WaitingRequest* WaitingRoom::find(const Exchange& exchange) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&exchange](const WaitingRequest& request) {
    return request.exchange == &exchange || request.rival.exchange == &exchange;
  });
  return found == waiting_.end() ? nullptr : &*found;
}

WaitingRequest WaitingRoom::take_first() {
  return take(0);
}

WaitingRequest WaitingRoom::take(std::size_t index) {
  WaitingRequest request = std::move(waiting_[index]);
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
  bytes_ -= request.body.size();
  return request;
}

} // namespace rtmpt_proxy::gateway
