// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/loop_timer.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

TimePoint tick_at_or_after(TimePoint time) {
  return TimePoint(std::chrono::ceil<std::chrono::milliseconds>(time.time_since_epoch() / LoopTimer::kTick.count()) *
                   LoopTimer::kTick.count());
}

} // namespace

void LoopTimer::call_by(Timed& member, TimePoint due) {
  if (heap_.due_of(member) <= due) return;
  heap_.set(member, due);
  arm();
}

void LoopTimer::arm() {
  // on_tick() arms the timer itself at its end.
  if (in_tick_ || heap_.earliest() == TimePoint::max()) return;
  const TimePoint tick = tick_at_or_after(heap_.earliest());
  if (armed_for_ <= tick) return;
  armed_for_ = tick;
  timer_.expires_at(tick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_tick();
  });
}

void LoopTimer::on_tick() {
  armed_for_ = TimePoint::max();
  in_tick_ = true;
  const TimePoint now = std::chrono::steady_clock::now();
  // No more calls than there are members, whatever deadlines they set next.
  for (std::size_t calls = heap_.size(); calls > 0; --calls) {
    Timed* const member = heap_.take_due(now);
    if (!member) break;
    member->on_deadline();
  }
  in_tick_ = false;
  arm();
}

} // namespace rtmpt_proxy::gateway
