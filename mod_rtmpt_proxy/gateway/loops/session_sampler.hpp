// SPDX-License-Identifier: Apache-2.0
// Regularly samples the counters of a loop's sessions, so that bit rates cost nothing on the data path, and measures
// how much of its thread's time the loop uses.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace rtmpt_proxy::gateway {

class SessionRounds;
class SessionTable;

// Sleeps while there is nobody who uses the loop's time. Runs on the loop and must outlive the loop's run.
class SessionSampler {
 public:
  // `is_used` says whether there are sessions, or other clients. `tell_full` is called with true when the loop has
  // hardly any time left, else with false.
  SessionSampler(boost::asio::io_context& loop, const SessionTable& sessions, SessionRounds& rounds,
                 std::function<bool()> is_used, std::function<void(bool)> tell_full)
      : timer_(loop),
        sessions_(sessions),
        rounds_(rounds),
        is_used_(std::move(is_used)),
        tell_full_(std::move(tell_full)) {}

  // A session or another client has begun: starts sampling.
  void wake();

 private:
  void on_time();
  bool was_full(std::chrono::steady_clock::time_point now);

  boost::asio::steady_timer timer_;
  const SessionTable& sessions_;
  SessionRounds& rounds_;
  const std::function<bool()> is_used_;
  const std::function<void(bool)> tell_full_;
  std::chrono::steady_clock::time_point looked_; // last
  std::chrono::nanoseconds used_{0};             // of the thread's processor time, until then
  bool awake_ = false;
};

} // namespace rtmpt_proxy::gateway
