// Looks at a loop's sessions from time to time, so that their bit rates are known without counting time per byte.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace rtmpt_proxy::gateway {

class SessionTable;

// Asleep while there is no session. Runs on the loop, which it must outlive.
class SessionSampler {
 public:
  SessionSampler(boost::asio::io_context& loop, const SessionTable& sessions) : timer_(loop), sessions_(sessions) {}

  // There is a session.
  void wake();

 private:
  void on_time();

  boost::asio::steady_timer timer_;
  const SessionTable& sessions_;
  bool awake_ = false;
};

} // namespace rtmpt_proxy::gateway
