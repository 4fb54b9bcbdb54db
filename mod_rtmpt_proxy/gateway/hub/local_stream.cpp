// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/local_stream.hpp"

#include <algorithm>

namespace rtmpt_proxy::gateway {

void LocalStream::leave(Viewer& viewer) {
  const auto found = std::find(viewers_.begin(), viewers_.end(), &viewer);
  if (found == viewers_.end()) return;
  if (telling_ > 0) {
    *found = nullptr;
    ++left_;
    return;
  }
  *found = viewers_.back();
  viewers_.pop_back();
}

// Those who join meanwhile are not told: they have begun with what there is.
template <class Tell>
void LocalStream::tell_all(const Tell& tell) {
  ++telling_;
  const std::size_t count = viewers_.size();
  for (std::size_t at = 0; at < count; ++at)
    if (viewers_[at]) tell(*viewers_[at]);
  if (--telling_ > 0 || left_ == 0) return;
  std::erase(viewers_, nullptr);
  left_ = 0;
}

void LocalStream::take_segment(const protocol::SharedSegment& segment) {
  tell_all([&segment](Viewer& viewer) { viewer.take_segment(segment); });
}

void LocalStream::publisher_left(std::chrono::milliseconds wait) {
  tell_all([wait](Viewer& viewer) { viewer.publisher_left(wait); });
}

void LocalStream::source_failed(SourceFault fault) {
  tell_all([fault](Viewer& viewer) { viewer.source_failed(fault); });
}

} // namespace rtmpt_proxy::gateway
