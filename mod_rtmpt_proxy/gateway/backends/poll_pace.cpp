// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/poll_pace.hpp"

#include <algorithm>

namespace rtmpt_proxy::gateway {

namespace {
// 500 ms by 0x21.
constexpr std::chrono::microseconds kHintUnit{15152};
} // namespace

void PollPace::requested(bool is_poll, TimePoint now) {
  last_request_ = now;
  // However many sends went out, they delay a poll by at most kQuick.
  allowed_ = std::min(std::max(allowed_, now) + kQuick, now + (kBurst + 1) * kQuick);
  if (is_poll) return;
  interval_ = kAfterSend;
  empty_ = 0;
}

void PollPace::answered(bool was_poll, bool had_data, std::optional<std::uint8_t> hint) {
  using std::chrono::milliseconds;
  if (hint) slowest_ = std::clamp(std::chrono::duration_cast<milliseconds>(*hint * kHintUnit), kLeastSlow, kMostSlow);
  if (had_data) {
    empty_ = 0;
    interval_ = kQuick;
  } else if (!was_poll) {
    return; // the server may not have handled the send by then
  } else if (++empty_ <= kPatience) {
    interval_ = std::min(interval_ * 2, kQuick);
  } else {
    interval_ = std::min(interval_ * 3 / 2, slowest_);
  }
}

TimePoint PollPace::next_poll() const {
  return std::max(last_request_ + interval_, allowed_ - kBurst * kQuick);
}

} // namespace rtmpt_proxy::gateway
