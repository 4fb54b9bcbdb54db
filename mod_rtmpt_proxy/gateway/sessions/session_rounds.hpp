// SPDX-License-Identifier: Apache-2.0
// All rounds that are under way on a loop.
#pragma once

#include "gateway/sessions/session_round.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <utility>

namespace rtmpt_proxy::gateway {

// Visiting all sessions at once would delay the loop's streams. So each turn visits at most kPlacesPerTurn places, and
// the next turn is posted behind everything else that waits on the loop. Several rounds take turns. Runs on the loop.
class SessionRounds {
 public:
  static constexpr std::size_t kPlacesPerTurn = 64;

  // Both must outlive it. After its destruction no handler of the loop may run.
  SessionRounds(boost::asio::io_context& loop, SessionTable& sessions) : loop_(loop), sessions_(sessions) {}

  // Calls `visit` with each session (see SessionRound), from a later handler on. `turned` is called after each turn,
  // with true after the last. `turned` may change the table and begin another round.
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
