// SPDX-License-Identifier: Apache-2.0
// How many bytes of a live stream are worth a read. Without it a relay reads each audio packet and each segment by
// itself, and most of its work is waking up.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rtmpt_proxy::policy {

// Watches one direction of one stream and says when its socket should count as readable (SO_RCVLOWAT): when about
// kGather's worth of bytes is there. Bytes that stay below that are read kLongestWait after the last read.
class ReadPace {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Audio packets wait for the next picture, which comes within this time with 25 pictures a second or more.
  static constexpr std::chrono::milliseconds kGather{25};
  static constexpr std::chrono::milliseconds kLongestWait{100};
  // Handshake, commands and the first pictures pass at once, so that a player starts as fast as without us.
  static constexpr std::uint64_t kFreeBytes = 64u << 10;
  // Fewer bytes are not worth waiting for; more could fill a small receive buffer.
  static constexpr std::size_t kLeastBytes = 512;
  static constexpr std::size_t kMostBytes = 16u << 10;
  // The rate is that of the last whole kWindow or a little more.
  static constexpr std::chrono::milliseconds kWindow{500};

  explicit ReadPace(TimePoint now) : window_begin_(now), last_read_(now) {}

  // `count` bytes were read; 0: a look has found nothing. `now` never goes back.
  void note(std::size_t count, TimePoint now);

  // The bytes that are worth a read: 1, or a power of two between kLeastBytes and kMostBytes, so that it seldom
  // changes.
  std::size_t low_water_bytes() const { return low_water_bytes_; }

  // When the bytes that wait must be read, however few they are. TimePoint::max() when low_water_bytes() is 1.
  TimePoint look_by() const { return low_water_bytes_ > 1 ? last_read_ + kLongestWait : TimePoint::max(); }

 private:
  std::uint64_t total_bytes_ = 0;
  std::uint64_t window_bytes_ = 0;
  TimePoint window_begin_;
  TimePoint last_read_; // or look
  std::size_t low_water_bytes_ = 1;
};

} // namespace rtmpt_proxy::policy
