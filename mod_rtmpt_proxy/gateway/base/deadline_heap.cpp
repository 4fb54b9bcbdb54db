#include "gateway/base/deadline_heap.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

void DeadlineHeap::enter(Timed& member) {
  heap_.push_back({TimePoint::max(), &member});
  member.place_ = heap_.size() - 1;
}

void DeadlineHeap::leave(Timed& member) {
  const std::size_t index = std::exchange(member.place_, Timed::kNowhere);
  if (index == Timed::kNowhere) return;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;
  place(index, last);
  move_up(index);
  move_down(index);
}

void DeadlineHeap::set(Timed& member, TimePoint due) {
  const std::size_t index = member.place_;
  if (index == Timed::kNowhere) return;
  const bool is_earlier = due < heap_[index].due;
  heap_[index].due = due;
  if (is_earlier)
    move_up(index);
  else
    move_down(index);
}

TimePoint DeadlineHeap::due_of(const Timed& member) const {
  return member.place_ == Timed::kNowhere ? TimePoint::max() : heap_[member.place_].due;
}

Timed* DeadlineHeap::take_due(TimePoint now) {
  if (earliest() > now || earliest() == TimePoint::max()) return nullptr;
  Timed* const member = heap_.front().member;
  set(*member, TimePoint::max());
  return member;
}

void DeadlineHeap::place(std::size_t index, Entry entry) {
  entry.member->place_ = index;
  heap_[index] = entry;
}

void DeadlineHeap::move_up(std::size_t index) {
  const Entry moved = heap_[index];
  while (index > 0) {
    const std::size_t parent = (index - 1) / 2;
    if (heap_[parent].due <= moved.due) break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, moved);
}

void DeadlineHeap::move_down(std::size_t index) {
  const Entry moved = heap_[index];
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].due < heap_[child].due) ++child;
    if (heap_[child].due >= moved.due) break;
    place(index, heap_[child]);
    index = child;
  }
  place(index, moved);
}

} // namespace rtmpt_proxy::gateway
