// SPDX-License-Identifier: Apache-2.0
// Waiting for conditions: every wait of the tests has an end and says what it waited for.
#pragma once

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace rtmpt_proxy::test {

// How long a test waits for something that ought to happen at once, on a machine that has other work to do.
inline constexpr std::chrono::milliseconds kPatience{60000};

// Thrown when a wait ends without its condition; the text names the condition.
struct TimedOut : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A point in time by which something must have happened.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now = kPatience)
      : at_(std::chrono::steady_clock::now() + from_now) {}

  bool passed() const { return std::chrono::steady_clock::now() >= at_; }

  // What poll(2) takes: milliseconds until the deadline, rounded up, 0 when it has passed.
  int poll_timeout() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }

 private:
  std::chrono::steady_clock::time_point at_;
};

// How long ago that was.
inline std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

// Returns whether `condition` became true by `deadline`; it is tried at least once, and again every few milliseconds.
// The longer it takes, the longer are the pauses: many wait beside what they wait for, and a look may cost something.
template <class Condition>
bool happens(Condition condition, Deadline deadline = Deadline{}) {
  using std::chrono::milliseconds;
  const auto begin = std::chrono::steady_clock::now();
  while (!condition()) {
    if (deadline.passed()) return false;
    std::this_thread::sleep_for(std::clamp(since(begin) / 20, milliseconds{5}, milliseconds{50}));
  }
  return true;
}

// As happens(), but throws TimedOut naming `what` when it did not.
template <class Condition>
void eventually(std::string_view what, Condition condition, Deadline deadline = Deadline{}) {
  if (!happens(condition, deadline)) throw TimedOut("waited in vain until " + std::string(what));
}

} // namespace rtmpt_proxy::test
