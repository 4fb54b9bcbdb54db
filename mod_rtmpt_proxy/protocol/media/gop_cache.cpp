// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/gop_cache.hpp>

#include <numeric>

namespace rtmpt_proxy::protocol {

void GopCache::add(const SharedSegment& segment) {
  if (segment->is_entrance) clear();
  if (segments_.empty() && !segment->is_entrance) return;
  segments_.push_back(segment);
  pictures_ += segment->pictures;
  count_bytes();
  if (bytes_ > limit_bytes_ || pictures_ > kMostPictures || segments_.size() > kMostSegments) clear();
}

// All of them each time, because a segment grows when a viewer wants it as tags.
void GopCache::count_bytes() {
  bytes_ = std::accumulate(segments_.begin(), segments_.end(), std::size_t{0},
                           [](std::size_t sum, const SharedSegment& one) { return sum + one->held_bytes(); });
}

void GopCache::clear() {
  segments_.clear();
  bytes_ = 0;
  pictures_ = 0;
}

} // namespace rtmpt_proxy::protocol
