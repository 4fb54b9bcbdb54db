// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/time_line.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

void TimeLine::change_publisher() {
  for (Track& track : tracks_) {
    track.offset.reset();
    track.placed = std::max(track.placed, newest_);
  }
  last_sent_.reset();
  goes_on_ = goes_on_ || newest_ >= 0;
}

// Times have 32 bits. The one meant is the nearest to the last time that came.
std::int64_t TimeLine::count_on(const Track& track, std::uint32_t time) const {
  if (!track.offset && !last_sent_) return time;
  const std::int64_t last = track.offset ? track.sent : *last_sent_;
  return last + static_cast<std::int32_t>(time - static_cast<std::uint32_t>(last));
}

bool TimeLine::fits(const Track& track, std::int64_t placed) const {
  return placed >= track.placed - kMostBackMs && placed >= newest_ - kMostAheadMs && placed <= newest_ + kMostAheadMs;
}

// A stream's data never moves its time on.
std::uint64_t TimeLine::place_data(std::uint32_t time) {
  std::int64_t placed = newest_;
  for (const Track& track : tracks_)
    if (track.offset) {
      const std::int64_t like_track = count_on(track, time) + *track.offset;
      if (like_track >= newest_ - kMostBackMs && like_track <= newest_ + kMostBackMs) placed = like_track;
    }
  data_placed_ = std::max({data_placed_, placed, std::int64_t{0}});
  return static_cast<std::uint64_t>(data_placed_);
}

std::uint64_t TimeLine::place_header(MediaKind kind, std::uint32_t time) {
  Track& track = tracks_[static_cast<std::size_t>(kind)];
  if (track.offset) {
    const std::int64_t like_track = count_on(track, time) + *track.offset;
    if (like_track >= newest_ - kMostBackMs && like_track <= newest_ + kMostBackMs)
      track.placed = std::max(track.placed, like_track);
    newest_ = std::max(newest_, track.placed);
  }
  return static_cast<std::uint64_t>(track.placed);
}

// All kinds together, so that they stay as far from each other as their publisher says.
void TimeLine::move_on(std::int64_t by) {
  for (Track& track : tracks_)
    if (track.offset) *track.offset += by;
}

std::uint64_t TimeLine::place(MediaKind kind, std::uint32_t time) {
  if (kind == MediaKind::data) return place_data(time);
  Track& track = tracks_[static_cast<std::size_t>(kind)];
  const std::int64_t sent = count_on(track, time);
  std::optional<std::int64_t> offset;
  if (track.offset && fits(track, sent + *track.offset)) offset = track.offset;
  // After a jump of the whole stream the other kinds may have their new place already.
  for (const Track& other : tracks_)
    if (!offset && other.offset && fits(track, sent + *other.offset)) offset = other.offset;
  if (!offset) offset = (newest_ < 0 ? 0 : newest_ + kStepMs) - sent;
  const bool is_first = !track.offset;
  track.offset = offset;
  if (const std::int64_t late = track.placed - (sent + *offset); goes_on_ && is_first && late > 0) move_on(late);
  track.sent = sent;
  track.placed = std::max({track.placed, sent + *track.offset, std::int64_t{0}});
  newest_ = std::max(newest_, track.placed);
  last_sent_ = sent;
  return static_cast<std::uint64_t>(track.placed);
}

} // namespace rtmpt_proxy::protocol
