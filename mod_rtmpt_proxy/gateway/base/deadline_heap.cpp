#include "gateway/base/deadline_heap.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

void DeadlineHeap::enter(std::shared_ptr<Timed> member) {
  member->place_ = heap_.size();
  heap_.push_back({TimePoint::max(), std::move(member)});
}

std::shared_ptr<Timed> DeadlineHeap::leave(Timed& member) {
  const std::size_t index = std::exchange(member.place_, Timed::kNowhere);
  if (index == Timed::kNowhere) return nullptr;
  std::shared_ptr<Timed> left = std::move(heap_[index].member);
  Entry last = std::move(heap_.back());
  heap_.pop_back();
  if (index == heap_.size()) return left;
  place(index, std::move(last));
  move_up(index);
  move_down(index);
  return left;
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

std::shared_ptr<Timed> DeadlineHeap::take_due(TimePoint now) {
  if (earliest() > now || earliest() == TimePoint::max()) return nullptr;
  std::shared_ptr<Timed> member = heap_.front().member;
  set(*member, TimePoint::max());
  return member;
}

void DeadlineHeap::place(std::size_t index, Entry entry) {
  entry.member->place_ = index;
  heap_[index] = std::move(entry);
}

void DeadlineHeap::move_up(std::size_t index) {
  Entry moved = std::move(heap_[index]);
  while (index > 0) {
    const std::size_t parent = (index - 1) / 2;
    if (heap_[parent].due <= moved.due) break;
    place(index, std::move(heap_[parent]));
    index = parent;
  }
  place(index, std::move(moved));
}

void DeadlineHeap::move_down(std::size_t index) {
  Entry moved = std::move(heap_[index]);
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].due < heap_[child].due) ++child;
    if (heap_[child].due >= moved.due) break;
    place(index, std::move(heap_[child]));
    index = child;
  }
  place(index, std::move(moved));
}

} // namespace rtmpt_proxy::gateway
