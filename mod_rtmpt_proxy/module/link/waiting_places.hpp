// SPDX-License-Identifier: Apache-2.0
// Limits how many threads of httpd may wait long for streams, and keeps what the children know together about the
// gateways. It uses no type of httpd.
#pragma once

#include <rtmpt_proxy/policy/limits/gateway_pulse.hpp>
#include <rtmpt_proxy/policy/limits/refusal_tally.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace rtmpt_proxy::apache {

inline constexpr std::size_t kMostPulses = 8; // more than there can be doors at a time

inline constexpr std::size_t kMostLockBytes = 1024; // of one kind of places

// What all children of one configuration share. `pulses` are in shared memory, so that a child with a single thread
// need not find out alone that a gateway is silent.
struct SharedWaits {
  policy::GatewayPulse* pulses = nullptr;   // an array of kMostPulses, by door; null: no shared memory
  int lock_file = -1;                       // -1: none; see WaitingPlaces
  policy::RefusalTally* refusals = nullptr; // of opens with a wrong password; null: no shared memory
};

// Places for threads that wait long. In a child with four threads or more, a quarter of them may wait, whatever other
// children do. In a child with fewer threads one may wait, if at most a quarter of all children do so. Then a place is
// a lock on one byte of a file that exists in memory only, and the kernel releases it even when a child crashes.
//
// Every thread may take a place at any time. Nothing here waits.
class WaitingPlaces {
 public:
  // `threads` is the number of threads of this child. `living_children` returns the number of children that run. Places
  // of another kind in the same file begin at another `first_byte`, a multiple of kMostLockBytes.
  WaitingPlaces(std::size_t threads, int lock_file, std::size_t (*living_children)(), std::size_t first_byte = 0);

  // Takes a place, which is held as long as the returned pointer. Null when no place is free.
  std::shared_ptr<void> take();

  std::size_t in_this_child() const { return limit_; }

 private:
  class Place;
  int lock_byte() const;
  void unlock_byte(int byte) const;

  const std::size_t limit_;
  const bool counts_all_children_;
  const std::size_t threads_;
  const int lock_file_;
  const std::size_t first_byte_;
  std::size_t (*const living_children_)();
  std::atomic<std::size_t> taken_{0};
};

} // namespace rtmpt_proxy::apache
