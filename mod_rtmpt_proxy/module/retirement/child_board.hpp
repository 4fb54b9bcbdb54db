// SPDX-License-Identifier: Apache-2.0
// The shared memory in which httpd's children tell each other whether they have retired and how many streams over TLS
// they carry.
//
// httpd's scoreboard says which places are taken, but neither the streams of a child nor when it retired.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/limits/retired_children.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rtmpt_proxy::apache {

// The entry of one child, at its place in the scoreboard. It is valid as long as that place has this `pid`.
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

// In the parent: notes that a graceful stop has begun and that streams end at `until`, in milliseconds of the monotonic
// clock. It tells children that no new child follows them.
void note_graceful_stop(std::int64_t until);

// When streams end, as noted above; 0 when no graceful stop has begun. In the parent or a child.
std::int64_t graceful_stop_until();

// The board as one child sees it. Cheap to copy; every thread may use it.
class ChildBoard {
 public:
  // The board that the parent has made. If it has made none, a board without entries.
  static ChildBoard find();

  explicit operator bool() const { return entries_ != nullptr; }
  std::size_t size() const { return count_; }

  // This process's entry, at its place in the scoreboard; null while httpd's parent has not noted the place yet.
  ChildEntry* own_entry() const;

  // All places as they are now. Sets `own` to the index of `entry`.
  std::vector<policy::ChildPlace> places(const ChildEntry* entry, std::size_t& own) const;

 private:
  policy::ChildPlace place_at(std::size_t index, std::int64_t now) const;

  ChildEntry* entries_ = nullptr;
  std::size_t count_ = 0;
};

// The time of the monotonic clock, which is the same in all processes.
std::int64_t now_milliseconds();

} // namespace rtmpt_proxy::apache
