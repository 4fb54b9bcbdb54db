// Looks at a loop's sessions from time to time, so that their bit rates are known without counting time per byte, and
// at how much of its thread's time the loop uses.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace rtmpt_proxy::gateway {

class SessionRounds;
class SessionTable;

// Asleep while there is no session. Runs on the loop, which it must outlive.
class SessionSampler {
 public:
  // `tell_full` is told whether the loop has hardly any time left.
  SessionSampler(boost::asio::io_context& loop, const SessionTable& sessions, SessionRounds& rounds,
                 std::function<void(bool)> tell_full)
      : timer_(loop), sessions_(sessions), rounds_(rounds), tell_full_(std::move(tell_full)) {}

  // There is a session.
  void wake();

 private:
  void on_time();
  bool is_full(std::chrono::steady_clock::time_point now);

  boost::asio::steady_timer timer_;
  const SessionTable& sessions_;
  SessionRounds& rounds_;
  const std::function<void(bool)> tell_full_;
  std::chrono::steady_clock::time_point looked_; // last
  std::chrono::nanoseconds used_{0};             // of the thread's processor time, until then
  bool awake_ = false;
};

} // namespace rtmpt_proxy::gateway
