// SPDX-License-Identifier: Apache-2.0
// The one timer of an event loop, for all objects that live on it.
#pragma once

#include "gateway/base/deadline_heap.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace rtmpt_proxy::gateway {

// Owns nothing: a member leaves before it is destroyed, and must not be destroyed while it is being called. Members are
// called in the loop's thread. Streams of one backend often have their deadlines at nearly the same time, so all
// deadlines within one kTick share one wake-up of the loop.
class LoopTimer {
 public:
  // A member is called up to this much after its deadline.
  static constexpr std::chrono::milliseconds kTick{2};

  explicit LoopTimer(boost::asio::io_context& loop) : timer_(loop) {}

  void enter(Timed& member) { heap_.enter(member); }
  void leave(Timed& member) { heap_.leave(member); }

  // Calls `member` at `due` at the latest (plus kTick). An earlier deadline that it has stays, because one call too
  // early costs less than moving the deadline with every request.
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
