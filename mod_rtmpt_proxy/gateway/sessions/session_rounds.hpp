// The rounds that are under way on a loop.
#pragma once

#include "gateway/sessions/session_round.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <utility>

namespace rtmpt_proxy::gateway {

// A loop that carries streams must never be busy with all its sessions at once. So each turn looks at kPlacesPerTurn at
// most, and goes behind everything else that waits on the loop. Several rounds take turns. Runs on the loop.
class SessionRounds {
 public:
  static constexpr std::size_t kPlacesPerTurn = 64;

  // Both must outlive it; handlers of the loop must not run any more once it is gone.
  SessionRounds(boost::asio::io_context& loop, SessionTable& sessions) : loop_(loop), sessions_(sessions) {}

  // Calls `visit` with each session (see SessionRound), beginning soon. `turned` is called after each turn, the last
  // time with true. It may change the table, and begin another round.
  void begin(SessionRound::Visit visit, std::function<void(bool is_last)> turned);

 private:
  struct Entry {
    Entry(SessionTable& sessions, SessionRound::Visit visit, std::function<void(bool)> when_turned)
        : round(sessions, std::move(visit)), turned(std::move(when_turned)) {}
    SessionRound round;
    std::function<void(bool)> turned;
  };

  void go_on_soon();
  void turn();

  boost::asio::io_context& loop_;
  SessionTable& sessions_;
  std::list<Entry> entries_;
  bool is_posted_ = false;
};

} // namespace rtmpt_proxy::gateway
