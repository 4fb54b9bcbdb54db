// SPDX-License-Identifier: Apache-2.0
// How often one connection may begin a stream.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace rtmpt_proxy::policy {

// Remembers the last kMostStarts times. An encoder or player begins one stream, and a few more when a person changes
// the channel. Not thread-safe.
class StartPace {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kMostStarts = 20;
  static constexpr std::chrono::seconds kWithin{10};

  // The client wants to begin another one. False: it has begun kMostStarts within the last kWithin. `now` never goes
  // back.
  bool admit(TimePoint now) {
    TimePoint& oldest = starts_[count_ % kMostStarts];
    if (count_ >= kMostStarts && now - oldest < kWithin) return false;
    oldest = now;
    ++count_;
    return true;
  }

 private:
  std::array<TimePoint, kMostStarts> starts_{};
  std::size_t count_ = 0;
};

} // namespace rtmpt_proxy::policy
