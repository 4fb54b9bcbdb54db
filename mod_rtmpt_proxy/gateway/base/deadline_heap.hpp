// The next points of time of many objects, earliest first. Decides order only; knows no clock.
#pragma once

#include "gateway/base/time_point.hpp"

#include <cstddef>
#include <vector>

namespace rtmpt_proxy::gateway {

class DeadlineHeap;

// Something that wants to be called at a time.
class Timed {
 public:
  Timed() = default;
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  virtual ~Timed() = default;

  // The time it asked for has come, or is past. It has no deadline any more, and may ask for another.
  virtual void on_deadline() = 0;

 private:
  friend class DeadlineHeap;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  std::size_t place_ = kNowhere;
};

// Owns nothing: a member leaves before it is destroyed. Changing a deadline costs a few comparisons and no memory. Not
// thread-safe.
class DeadlineHeap {
 public:
  // Enters `member`, which must be in no heap yet, without a deadline.
  void enter(Timed& member);
  // Does nothing when `member` is not here.
  void leave(Timed& member);

  // `due` is the only deadline of `member` from now on; TimePoint::max() for none. Does nothing for one that left.
  void set(Timed& member, TimePoint due);
  // TimePoint::max() when there is none.
  TimePoint due_of(const Timed& member) const;
  TimePoint earliest() const { return heap_.empty() ? TimePoint::max() : heap_.front().due; }

  // A member whose deadline is not after `now`, without one from then on; null when there is none.
  Timed* take_due(TimePoint now);

  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    TimePoint due;
    Timed* member;
  };

  void place(std::size_t index, Entry entry);
  void move_up(std::size_t index);
  void move_down(std::size_t index);

  std::vector<Entry> heap_; // each not earlier than its parent, at (index - 1) / 2
};

} // namespace rtmpt_proxy::gateway
