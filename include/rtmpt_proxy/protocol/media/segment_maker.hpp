// SPDX-License-Identifier: Apache-2.0
// Makes segments of what one publisher sends.
#pragma once

#include <rtmpt_proxy/protocol/media/media_role.hpp>
#include <rtmpt_proxy/protocol/media/segment.hpp>
#include <rtmpt_proxy/protocol/media/time_line.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// The caller gathers: it calls take() with every message, and cut() when it has gathered for gather(). Metadata that
// has not changed is left out, and so are messages without content, and pictures before the first key frame. A stream
// that is joined in its middle may never have one, as encoders refresh their pictures without: when none has come for
// kLongestWait, its pictures go on, and viewers may begin anywhere.
//
// A key frame begins a new segment, so that viewers may begin there; of those that come within one gather, only the
// first. So there are no more than two segments for each gather, and one for each kMostBytes, whatever comes. Not
// thread-safe.
class SegmentMaker {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // A segment that is larger is finished at once.
  static constexpr std::size_t kMostBytes = 262144;
  static constexpr std::chrono::milliseconds kUsualGather{20};
  static constexpr std::chrono::milliseconds kLeastGather{5};
  static constexpr std::chrono::seconds kLeastMetadataGap{1};
  static constexpr std::chrono::seconds kSettledAfter{1}; // see Segment::is_settled
  static constexpr std::chrono::seconds kLongestWait{10};

  // Goes on with the time line and the numbers of the publisher before. A gather is not less than kLeastGather.
  SegmentMaker(TimeLine time_line, std::uint64_t next_number, std::chrono::milliseconds gather = kUsualGather);
  SegmentMaker() : SegmentMaker(TimeLine{}, 1) {}

  // Takes the publisher's next message, which has come at `now`: for a caller without a clock no time passes. Returns a
  // segment that is finished now: that of the messages before this one, or with it. Null when there is none.
  SharedSegment take(const MediaMessage& message, TimePoint now = {});

  // Finishes the segment under way. Null when nothing has been gathered.
  SharedSegment cut();

  bool is_gathering() const { return under_way_ != nullptr; }
  std::chrono::milliseconds gather() const { return gather_; }

  // The headers in force.
  const StreamHeaders& headers() const { return keeper_.current(); }
  bool has_pictures() const { return has_pictures_; }
  bool has_sound() const { return has_sound_; }

  // What the next publisher goes on with, once the last segment is cut.
  const TimeLine& time_line() const { return time_line_; }
  std::uint64_t next_number() const { return next_number_; }

 private:
  SharedSegment append(const MediaMessage& message, MediaRole role);
  SharedSegment append_waiting_metadata(std::uint32_t time);
  bool is_wanted(const MediaMessage& message, MediaRole role, std::uint16_t slot);
  bool is_wanted_metadata(std::string_view metadata);
  bool waits_for_key_frame();
  bool goes_without_key_frames() const;
  bool must_cut(bool is_key_frame) const;
  bool is_settled() const;
  void begin(bool is_key_frame, std::uint64_t time);

  TimeLine time_line_;
  std::uint64_t next_number_;
  std::chrono::milliseconds gather_;
  HeaderKeeper keeper_;
  std::shared_ptr<Segment> under_way_;
  std::optional<std::uint64_t> first_time_; // of this publisher
  TimePoint now_{};                         // when the last message came
  std::optional<TimePoint> first_at_;       // when the first one came that was wanted
  std::optional<TimePoint> key_frame_at_;   // when the last one came that began a segment
  std::optional<TimePoint> pictures_at_;    // when the first picture came, and no key frame before it
  std::optional<TimePoint> metadata_at_;    // when the last one went on
  std::string waiting_metadata_;            // empty: none
  bool has_key_frame_ = false;
  bool has_pictures_ = false;
  bool has_sound_ = false;
};

} // namespace rtmpt_proxy::protocol
