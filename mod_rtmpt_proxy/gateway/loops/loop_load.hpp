// SPDX-License-Identifier: Apache-2.0
// How much of its thread's time an event loop uses, and when that is too much.
#pragma once

#include <chrono>

namespace rtmpt_proxy::gateway {

// A loop that uses more of its thread's time than this delays its streams.
inline constexpr int kFullPercent = 85;

// Whether a loop is full that has used this processor time in the time that has passed. False when no time has passed.
constexpr bool is_full(std::chrono::nanoseconds used, std::chrono::nanoseconds passed) {
  // Divided first: `passed` can be as long as the machine runs, and the product of years would not fit.
  return used > passed / 100 * kFullPercent && passed.count() > 0;
}

} // namespace rtmpt_proxy::gateway
