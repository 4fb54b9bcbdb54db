// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/idle_habit.hpp"

namespace rtmpt_proxy::gateway {

void IdleHabit::answered_empty(std::chrono::steady_clock::duration took) {
  if (took >= kHeld) {
    ++held_in_a_row_;
  } else {
    answers_at_once_ = true;
    held_in_a_row_ = 0;
  }
}

std::chrono::milliseconds IdleHabit::send_wait() const {
  if (held_in_a_row_ >= (answers_at_once_ ? kHeldInARow : 1)) return std::chrono::milliseconds::zero();
  return answers_at_once_ ? kWaitAtOnce : kWaitUnknown;
}

} // namespace rtmpt_proxy::gateway
