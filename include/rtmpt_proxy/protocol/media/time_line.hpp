// SPDX-License-Identifier: Apache-2.0
// A time line that only rises, made of the times that publishers send.
#pragma once

#include <rtmpt_proxy/protocol/media/media_message.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace rtmpt_proxy::protocol {

// Sound, pictures and data are numbered in ms from the first sound or picture of the first publisher on. What is added
// to the times of a publisher stays the same, so sound and pictures stay together, until its times jump: then the
// stream goes on kStep after the newest message. Small steps back become none. When another publisher goes on with the
// stream, its first message counts as such a jump, and nothing of it comes before what the one before has sent last.
// Data follows the time of sound and pictures; where it has another time, as that of encoders which always say 0, it is
// placed at the newest message. Not thread-safe.
class TimeLine {
 public:
  // A message further ahead of the newest one, or behind the last of its kind by more than kMostBackMs, is a jump.
  static constexpr std::int64_t kMostAheadMs = 10000;
  static constexpr std::int64_t kMostBackMs = 1000;
  static constexpr std::int64_t kStepMs = 40;

  // The time of a message that has come with the sender's `time`. It is not less than that of any earlier message of
  // its kind.
  std::uint64_t place(MediaKind kind, std::uint32_t time);
  // The same of a sequence header of sound or pictures. Encoders send it with the time of what follows, or with 0: then
  // it stands where its kind has come to.
  std::uint64_t place_header(MediaKind kind, std::uint32_t time);

  // Another publisher goes on from here.
  void change_publisher();

  // The greatest time that place() has returned; 0 before.
  std::uint64_t newest() const { return newest_ < 0 ? 0 : static_cast<std::uint64_t>(newest_); }

 private:
  struct Track {
    std::int64_t sent = 0;              // the last time that came, counted on when it went round
    std::int64_t placed = 0;            // and what place() returned
    std::optional<std::int64_t> offset; // between the two; unset: none has come from this publisher
  };

  std::uint64_t place_data(std::uint32_t time);
  bool fits(const Track& track, std::int64_t placed) const;
  void move_on(std::int64_t by);
  std::int64_t count_on(const Track& track, std::uint32_t time) const;

  std::array<Track, 2> tracks_{}; // of sound and pictures
  std::int64_t data_placed_ = 0;
  std::int64_t newest_ = -1;
  bool goes_on_ = false;                  // another publisher was there before
  std::optional<std::int64_t> last_sent_; // sound or picture of this publisher
};

} // namespace rtmpt_proxy::protocol
