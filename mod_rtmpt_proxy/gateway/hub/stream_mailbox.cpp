// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/stream_mailbox.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

void StreamMailbox::put(protocol::SharedSegment segment) {
  if (!segment) {
    if (items_.empty() || items_.back()) items_.emplace_back();
    return;
  }
  bytes_ += segment->bytes();
  items_.push_back(std::move(segment));
  if (is_full()) leave_out(newest_entrance());
  if (is_full()) leave_out(items_.size() - 1);
}

// Its place; 0 when there is none.
std::size_t StreamMailbox::newest_entrance() const {
  for (std::size_t at = items_.size(); at > 0; --at)
    if (items_[at - 1] && items_[at - 1]->is_entrance) return at - 1;
  return 0;
}

// The first ones.
void StreamMailbox::leave_out(std::size_t count) {
  for (; count > 0; --count) {
    if (items_.front()) bytes_ -= items_.front()->bytes();
    items_.pop_front();
  }
}

} // namespace rtmpt_proxy::gateway
