// The deadlines of many objects, the earliest first. It only keeps the order and knows no clock.
#pragma once

#include "gateway/base/time_point.hpp"

#include <cstddef>
#include <vector>

namespace rtmpt_proxy::gateway {

class DeadlineHeap;

// An object that is called when its deadline has come.
class Timed {
 public:
  Timed() = default;
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  virtual ~Timed() = default;

  // The deadline has come. The object has no deadline now and may set another.
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
  // Adds `member`, without a deadline. It must not be in a heap yet.
  void enter(Timed& member);
  // Removes `member`. Does nothing when it is not here.
  void leave(Timed& member);

  // `due` is the only deadline of `member` from now on; TimePoint::max() for none. Does nothing when `member` is not
  // here.
  void set(Timed& member, TimePoint due);
  // The deadline of `member`; TimePoint::max() when it has none.
  TimePoint due_of(const Timed& member) const;
  TimePoint earliest() const { return heap_.empty() ? TimePoint::max() : heap_.front().due; }

  // Returns a member whose deadline is not after `now`, and removes that deadline. Null when there is no such member.
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
