// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/hub_stream.hpp"

#include <algorithm>

namespace rtmpt_proxy::gateway {

bool HubStream::add(PublicationId publisher, const protocol::SharedSegment& segment,
                    const protocol::TimeLine& time_line, std::vector<HubLoop*>& loops) {
  const std::lock_guard lock(mutex_);
  if (publisher_.id != publisher) return false;
  kept_.add(segment);
  story_.media.take(*segment);
  time_line_ = time_line;
  next_number_ = segment->number + 1;
  loops = loops_;
  return true;
}

StreamView HubStream::view(HubLoop& loop) {
  const std::lock_guard lock(mutex_);
  if (std::find(loops_.begin(), loops_.end(), &loop) == loops_.end()) loops_.push_back(&loop);
  return {publisher_.id != 0, kept_.segments()};
}

std::chrono::milliseconds HubStream::wait() const {
  const std::lock_guard lock(mutex_);
  return wait_;
}

std::uint64_t HubStream::viewers() const {
  const std::lock_guard lock(mutex_);
  return viewers_;
}

std::vector<HubLoop*> HubStream::loops() const {
  const std::lock_guard lock(mutex_);
  return loops_;
}

void HubStream::count_viewer(int more) {
  const std::lock_guard lock(mutex_);
  viewers_ += static_cast<std::uint64_t>(static_cast<std::int64_t>(more)); // goes round to less
}

std::optional<protocol::ListedStream> HubStream::listed(std::chrono::steady_clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const bool is_published = publisher_.id != 0;
  const bool is_awaited = viewers_ > 0 && now < story_.awaited_until;
  if (story_.hides_name || !(is_published || is_awaited)) return std::nullopt;
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(story_.since.time_since_epoch());
  return protocol::ListedStream{
      {}, is_published, viewers_, story_.media.description(), static_cast<std::uint64_t>(since.count())};
}

} // namespace rtmpt_proxy::gateway
