// SPDX-License-Identifier: Apache-2.0
// What a publisher has sent to the viewers of one stream on another loop, until that loop takes it.
#pragma once

#include <rtmpt_proxy/protocol/media/segment.hpp>

#include <cstddef>
#include <deque>

namespace rtmpt_proxy::gateway {

// Bounded: when the loop is too busy, what came before the newest entrance is left out, or, when that does not help,
// everything but the newest segment. The numbers of segments tell viewers of the gap. Not thread-safe.
class StreamMailbox {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{8} << 20;
  static constexpr std::size_t kMostItems = 1024;

  // Null: the publisher has left.
  void put(protocol::SharedSegment segment);

  // In the order in which they came. Null: the publisher has left.
  const std::deque<protocol::SharedSegment>& items() const { return items_; }
  std::size_t bytes() const { return bytes_; }

 private:
  bool is_full() const { return items_.size() > 1 && (bytes_ > kMostBytes || items_.size() > kMostItems); }
  std::size_t newest_entrance() const;
  void leave_out(std::size_t count);

  std::deque<protocol::SharedSegment> items_;
  std::size_t bytes_ = 0;
};

} // namespace rtmpt_proxy::gateway
