// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/reply_queue.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

void ReplyQueue::push_empty_reply(std::string_view text) {
  if (empty_replies_ == 0) empty_text_ = text;
  ++empty_replies_;
}

std::string_view ReplyQueue::front() {
  if (bytes_.empty() && empty_replies_ > 0) {
    // Counted replies are written in batches, because a client that begins to read again can be owed a million of them.
    const std::uint64_t batch =
        std::min<std::uint64_t>(empty_replies_, std::max<std::size_t>(1, kBatchBytes / empty_text_.size()));
    for (std::uint64_t i = 0; i < batch; ++i)
      bytes_ += empty_text_;
    empty_replies_ -= batch;
  }
  if (bytes_.empty()) bytes_ = std::exchange(last_, {});
  return std::string_view(bytes_).substr(written_);
}

void ReplyQueue::advance(std::size_t count) {
  written_ += count;
  if (written_ < bytes_.size()) return;
  written_ = 0;
  // A data reply can leave a large buffer behind; counted replies need only a small one.
  if (bytes_.capacity() > 2 * kBatchBytes)
    bytes_ = std::string();
  else
    bytes_.clear();
}

} // namespace rtmpt_proxy::gateway
