// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/reply_history.hpp"

namespace rtmpt_proxy::gateway {

void ReplyHistory::record(const PastReply& reply) {
  while (count_ == kMost || (count_ > 0 && bytes_ + reply.length_bytes > kMostBytes))
    drop_oldest();
  ring_[(first_ + count_) % kMost] = reply;
  ++count_;
  bytes_ += reply.length_bytes;
}

void ReplyHistory::drop_oldest() {
  bytes_ -= at(0).length_bytes;
  first_ = (first_ + 1) % kMost;
  --count_;
}

const PastReply* ReplyHistory::find(std::uint32_t sequence_number) const {
  for (std::size_t i = count_; i > 0; --i)
    if (at(i - 1).sequence_number == sequence_number) return &at(i - 1);
  return nullptr;
}

std::uint64_t ReplyHistory::oldest_position(std::uint64_t fallback) const {
  return count_ == 0 ? fallback : at(0).position;
}

} // namespace rtmpt_proxy::gateway
