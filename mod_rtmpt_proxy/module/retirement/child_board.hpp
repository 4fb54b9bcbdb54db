// What httpd's children tell each other: who has retired, and how many streams over TLS each carries.
//
// httpd's scoreboard says which places are taken. Streams are not in it, nor when a child retired.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/limits/retired_children.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rtmpt_proxy::apache {

// One child's own words, in shared memory, at its place in the scoreboard. They hold as long as that place has `pid`.
struct ChildEntry {
  std::atomic<std::int32_t> pid;
  std::atomic<std::uint32_t> streams;
  std::atomic<std::int64_t> retired_at; // milliseconds of the monotonic clock; 0: not yet
  std::atomic<std::int64_t> emptied_at; // when the last stream of a retired child ended; 0: not yet
};

struct ChildBoardHead {
  std::atomic<std::int64_t> graceful_stop_until; // of the monotonic clock: streams end then; 0: no graceful stop
};

// In the parent: makes the board, once for all generations of httpd. False with errno when there is no memory for it.
bool make_child_board();

// In the parent: a graceful stop has begun, and streams end at `until`, in milliseconds of the monotonic clock.
// Children know then that no child will follow them.
void note_graceful_stop(std::int64_t until);

// In the parent or a child; 0 when no graceful stop has begun.
std::int64_t graceful_stop_until();

// The board as one child sees it. Cheap to copy; every thread may use it.
class ChildBoard {
 public:
  // The board that the parent made; one on which nothing can be noted when it made none.
  static ChildBoard find();

  explicit operator bool() const { return entries_ != nullptr; }
  std::size_t size() const { return count_; }

  // This process's entry, at its place in the scoreboard; null while httpd's parent has not noted the place yet.
  ChildEntry* own_entry() const;

  // All places as they are now. `own`: the index of `entry` among them.
  std::vector<policy::ChildPlace> places(const ChildEntry* entry, std::size_t& own) const;

 private:
  policy::ChildPlace place_at(std::size_t index, std::int64_t now) const;

  ChildEntry* entries_ = nullptr;
  std::size_t count_ = 0;
};

// Of the monotonic clock, which all processes share.
std::int64_t now_milliseconds();

} // namespace rtmpt_proxy::apache
