// SPDX-License-Identifier: Apache-2.0
// The segments of a stream since its last entrance, for viewers who join.
#pragma once

#include <rtmpt_proxy/protocol/media/segment.hpp>

#include <cstddef>
#include <vector>

namespace rtmpt_proxy::protocol {

// Bounded in pictures and in all bytes that it holds, in every form: when there is more since the last entrance, it
// keeps nothing until the next one. Not thread-safe.
class GopCache {
 public:
  static constexpr std::size_t kMostPictures = 1800;
  static constexpr std::size_t kMostSegments = 4096;

  // 0: nothing is kept.
  explicit GopCache(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  void set_limit(std::size_t limit_bytes) { limit_bytes_ = limit_bytes; }
  void add(const SharedSegment& segment);
  // The publisher has left: what is kept is of no use any more.
  void clear();

  // The first is an entrance. Empty when a viewer must wait for the next entrance.
  const std::vector<SharedSegment>& segments() const { return segments_; }
  // What they took of memory when the last one was added.
  std::size_t bytes() const { return bytes_; }

 private:
  void count_bytes();

  std::size_t limit_bytes_;
  std::vector<SharedSegment> segments_;
  std::size_t bytes_ = 0;
  std::size_t pictures_ = 0;
};

} // namespace rtmpt_proxy::protocol
