// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/deadline_heap.hpp"

namespace rtmpt_proxy::gateway {

void DeadlineHeap::enter(Timed& member) {
  member.place_ = heap_.push({TimePoint::max(), &member});
}

void DeadlineHeap::leave(Timed& member) {
  if (!member.place_) return;
  heap_.erase(*member.place_);
  member.place_.reset();
}

void DeadlineHeap::set(Timed& member, TimePoint due) {
  if (member.place_) heap_.update(*member.place_, {due, &member});
}

TimePoint DeadlineHeap::due_of(const Timed& member) const {
  return member.place_ ? (**member.place_).due : TimePoint::max();
}

Timed* DeadlineHeap::take_due(TimePoint now) {
  if (earliest() > now || earliest() == TimePoint::max()) return nullptr;
  Timed* const member = heap_.top().member;
  set(*member, TimePoint::max());
  return member;
}

} // namespace rtmpt_proxy::gateway
