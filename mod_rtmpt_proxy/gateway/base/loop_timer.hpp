// The one timer of an event loop, for all that live on it.
#pragma once

#include "gateway/base/deadline_heap.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace rtmpt_proxy::gateway {

// Owns nothing: a member leaves before it is destroyed, and not while it is being called. Members are called in the
// loop's thread. Streams of one media server have
// their deadlines within moments of each other: those of one kTick are served by one wake-up of the loop.
class LoopTimer {
 public:
  // Deadlines are met up to so much later than asked for.
  static constexpr std::chrono::milliseconds kTick{2};

  explicit LoopTimer(boost::asio::io_context& loop) : timer_(loop) {}

  void enter(Timed& member) { heap_.enter(member); }
  void leave(Timed& member) { heap_.leave(member); }

  // Calls `member` at `due` at the latest, but for kTick. A deadline that it has before that stays: being called too
  // early costs one look, moving a deadline with every request would cost more.
  void call_by(Timed& member, TimePoint due);

 private:
  void arm();
  void on_tick();

  DeadlineHeap heap_;
  boost::asio::steady_timer timer_;
  TimePoint armed_for_ = TimePoint::max();
  bool in_tick_ = false;
};

} // namespace rtmpt_proxy::gateway
