// SPDX-License-Identifier: Apache-2.0
// How fast a session's bytes pass now, and how fast they did in the last minute.
#pragma once

#include "gateway/base/time_point.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rtmpt_proxy::gateway {

// RTMP bytes of one client so far.
struct ByteCounts {
  std::uint64_t received = 0; // from the client
  std::uint64_t sent = 0;     // to the client
};

struct BitRates {
  std::uint64_t receiving = 0; // bits per second
  std::uint64_t sending = 0;
};

// Takes a session's counters every kInterval. It counts nothing itself, so it costs nothing per byte. Not thread-safe.
class BitRateMeter {
 public:
  static constexpr std::chrono::seconds kInterval{2};
  static constexpr std::size_t kSamples = 30;

  explicit BitRateMeter(TimePoint begin) : last_time_(begin) {}

  // Takes the counters at `now`. A call sooner than half an interval after the last one is ignored.
  void sample(TimePoint now, const ByteCounts& counts);

  // Between the last two samples; zero before the first.
  const BitRates& rates() const { return rates_; }

  // Bits per second of both directions together, oldest first, at most kSamples.
  std::vector<std::uint32_t> history() const;

 private:
  TimePoint last_time_;
  ByteCounts last_counts_;
  BitRates rates_;
  std::array<std::uint32_t, kSamples> samples_{};
  std::size_t taken_ = 0;
};

} // namespace rtmpt_proxy::gateway
