// Whether a gateway answers, and who may ask one that does not.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace rtmpt_proxy::policy {

// One gateway as all threads of a child see it, or all children when it lies in memory that they share. Any thread may
// call anything at any time; nothing here waits. Times are those of the steady clock, which all processes of a machine
// have in common.
//
// A gateway is taken to answer until an answer stays away that should have come. From then on it is asked by one
// request a second, the first one at once, and all others are refused, until it gives any answer.
class GatewayPulse {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Between two requests that ask a silent gateway.
  static constexpr std::chrono::seconds kProbeInterval{1};

  enum class Entry : std::uint8_t {
    go,     // the gateway answers
    probe,  // it did not: this request is the one that may ask whether it does again
    refuse, // it did not, and another request has asked within the last second
  };

  // May a request go to the gateway now?
  Entry ask(TimePoint now);

  // The gateway gave an answer, to whatever.
  void answered(TimePoint now);

  // A request that went to the gateway at `began` has waited for its answer in vain until `now`. Without effect when
  // the gateway has answered somebody else meanwhile: it is slow, and not silent.
  void missed(TimePoint began, TimePoint now);

  bool is_silent() const { return next_probe_.load() != 0; }

 private:
  // Nanoseconds of the steady clock.
  std::atomic<std::int64_t> next_probe_{0};  // 0: the gateway answers
  std::atomic<std::int64_t> last_answer_{0}; // 0: none yet
};

} // namespace rtmpt_proxy::policy
