// SPDX-License-Identifier: Apache-2.0
// How many asks may be under way at a time, of all loops together.
#pragma once

#include <atomic>
#include <cstddef>

namespace rtmpt_proxy::gateway {

// Every thread may use it. A loop can always have one ask under way: otherwise it would have to be told when another
// loop's ask ends.
class AskPlaces {
 public:
  // From now on so many; those that are under way go on.
  void allow(std::size_t most) { most_ = most; }

  // Takes a place. `is_first_of_loop`: the loop has none yet. Of several loops that ask at once, each gets its own.
  bool enter(bool is_first_of_loop) {
    std::size_t taken = taken_;
    do {
      if (taken >= most_ && !is_first_of_loop) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + 1));
    return true;
  }

  // Gives a place back.
  void leave() { --taken_; }

 private:
  std::atomic<std::size_t> most_ = 1;
  std::atomic<std::size_t> taken_ = 0;
};

} // namespace rtmpt_proxy::gateway
