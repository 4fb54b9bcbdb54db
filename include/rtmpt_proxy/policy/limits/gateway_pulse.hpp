// SPDX-License-Identifier: Apache-2.0
// Keeps whether a gateway answers, and which request may ask a gateway that does not.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace rtmpt_proxy::policy {

// One object for each gateway, used by all threads of a child, or by all children when it is in shared memory. Every
// thread may call every function at any time; nothing here waits. Times are those of the steady clock, which is the
// same in all processes.
//
// A gateway counts as answering until an expected answer does not come. From then on one request a second may ask it,
// the first one at once, and all others are refused, until it gives any answer.
class GatewayPulse {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Between two requests that ask a silent gateway.
  static constexpr std::chrono::seconds kProbeInterval{1};

  // A gateway that has answered nobody for so long is not only slow. When it stops, most requests that wait for it came
  // before its last answer, so what happened since they came says nothing.
  static constexpr std::chrono::milliseconds kSlow{250};

  static constexpr std::chrono::milliseconds kJustAsked{4};

  enum class Entry : std::uint8_t {
    go,     // the gateway answers
    probe,  // the gateway is silent: this request may ask whether it answers again
    refuse, // the gateway is silent, and another request has asked within the last second
  };

  // Whether a request may go to the gateway now.
  Entry ask(TimePoint now);

  // The gateway gave an answer to any request.
  void answered(TimePoint now);

  // A request that went to the gateway at `began` has had no answer until `now`. Without effect when the gateway has
  // answered another request since, less than kSlow ago: then it is slow, but not silent.
  void missed(TimePoint began, TimePoint now);

  // The same for a request whose answer waits for others too, such as a backend. It is a sign of silence only when the
  // gateway has answered nobody since `began`. The request that then asks the gateway finds out.
  void doubted(TimePoint began, TimePoint now);

  // Whether a silent gateway was asked less than kJustAsked ago. If it is not silent, its answer comes in that time.
  bool was_just_asked(TimePoint now) const;

  bool is_silent() const { return next_probe_.load() != 0; }

 private:
  void fall_silent(TimePoint now);

  // Nanoseconds of the steady clock.
  std::atomic<std::int64_t> next_probe_{0};  // 0: the gateway answers
  std::atomic<std::int64_t> last_answer_{0}; // 0: none yet
};

} // namespace rtmpt_proxy::policy
