// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/media_role.hpp>
#include <rtmpt_proxy/protocol/media/metadata.hpp>
#include <rtmpt_proxy/protocol/media/segment_maker.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::protocol {

SegmentMaker::SegmentMaker(TimeLine time_line, std::uint64_t next_number, std::chrono::milliseconds gather)
    : time_line_(time_line), next_number_(next_number), gather_(std::max(gather, kLeastGather)) {
  time_line_.change_publisher();
}

SharedSegment SegmentMaker::take(const MediaMessage& message, TimePoint now) {
  now_ = now;
  MediaMessage sent = message;
  if (message.kind == MediaKind::data) sent.payload = stream_data(message.payload);
  const MediaFacts facts = facts_of(sent.kind, sent.payload);
  if (!is_wanted(sent, facts.role, facts.slot)) return nullptr;
  SharedSegment finished = append(sent, facts.role);
  const bool metadata_waits = !waiting_metadata_.empty() && now_ - *metadata_at_ >= kLeastMetadataGap;
  if (metadata_waits && !finished) finished = append_waiting_metadata(sent.time);
  return finished;
}

SharedSegment SegmentMaker::append(const MediaMessage& message, MediaRole role) {
  const std::uint64_t time = role == MediaRole::sequence_header ? time_line_.place_header(message.kind, message.time)
                                                                : time_line_.place(message.kind, message.time);
  const bool is_key_frame = role == MediaRole::key_frame;
  SharedSegment finished;
  if (must_cut(is_key_frame)) finished = cut();
  if (!under_way_) begin(is_key_frame, time);
  append_to(*under_way_, message.kind, static_cast<std::uint32_t>(time), message.payload);
  if (!finished && under_way_->bytes() >= kMostBytes) finished = cut();
  return finished;
}

SharedSegment SegmentMaker::append_waiting_metadata(std::uint32_t time) {
  const std::string metadata = std::exchange(waiting_metadata_, {});
  keeper_.take_metadata(metadata);
  metadata_at_ = now_;
  return append({MediaKind::data, time, metadata}, MediaRole::other);
}

// Whether the segment under way ends in front of a message.
bool SegmentMaker::must_cut(bool is_key_frame) const {
  if (!under_way_) return false;
  if (under_way_->bytes() >= kMostBytes) return true;
  return is_key_frame && (!key_frame_at_ || now_ - *key_frame_at_ >= gather_);
}

// Notes what the message tells about the stream.
bool SegmentMaker::is_wanted(const MediaMessage& message, MediaRole role, std::uint16_t slot) {
  if (role == MediaRole::nothing) return false;
  if (message.kind == MediaKind::data) return !is_metadata(message.payload) || is_wanted_metadata(message.payload);
  has_pictures_ = has_pictures_ || message.kind == MediaKind::video;
  has_sound_ = has_sound_ || message.kind == MediaKind::audio;
  if (message.kind == MediaKind::video) {
    has_key_frame_ = has_key_frame_ || role == MediaRole::key_frame;
    if (role == MediaRole::other && waits_for_key_frame()) return false; // nobody could show it
  }
  if (role == MediaRole::sequence_header) keeper_.take_header(message.kind, slot, message.payload);
  return true;
}

bool SegmentMaker::waits_for_key_frame() {
  if (has_key_frame_) return false;
  if (!pictures_at_) pictures_at_ = now_;
  return !goes_without_key_frames();
}

bool SegmentMaker::goes_without_key_frames() const {
  return !has_key_frame_ && pictures_at_ && now_ - *pictures_at_ >= kLongestWait;
}

bool SegmentMaker::is_wanted_metadata(std::string_view metadata) {
  const bool must_wait = metadata_at_ && now_ - *metadata_at_ < kLeastMetadataGap;
  waiting_metadata_.clear();
  if (keeper_.current().metadata.view() == metadata) return false;
  if (must_wait) {
    waiting_metadata_ = metadata;
    return false;
  }
  keeper_.take_metadata(metadata);
  metadata_at_ = now_;
  return true;
}

void SegmentMaker::begin(bool is_key_frame, std::uint64_t time) {
  under_way_ = std::make_shared<Segment>();
  under_way_->is_first = !first_time_.has_value();
  if (!first_time_) first_time_ = time;
  if (!first_at_) first_at_ = now_;
  if (is_key_frame) key_frame_at_ = now_;
  under_way_->number = next_number_++;
  under_way_->time = time;
  under_way_->is_entrance = is_key_frame || (has_sound_ && !has_pictures_) || goes_without_key_frames();
  under_way_->headers = keeper_.headers();
  under_way_->header_bytes = keeper_.take_new_bytes();
}

// By the stream's clock, or by the hub's where the stream's stands still.
bool SegmentMaker::is_settled() const {
  const auto until_ms = *first_time_ + static_cast<std::uint64_t>(std::chrono::milliseconds(kSettledAfter).count());
  return time_line_.newest() >= until_ms || now_ - *first_at_ >= kSettledAfter;
}

SharedSegment SegmentMaker::cut() {
  if (!under_way_) return nullptr;
  Segment& segment = *under_way_;
  segment.has_sound = has_sound_;
  segment.has_pictures = has_pictures_;
  segment.is_settled = (has_sound_ && has_pictures_) || is_settled();
  segment.rtmp.shrink_to_fit(); // it may be kept for long
  segment.messages.shrink_to_fit();
  return std::exchange(under_way_, nullptr);
}

} // namespace rtmpt_proxy::protocol
