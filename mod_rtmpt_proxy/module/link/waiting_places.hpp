// How many threads of httpd may wait long for streams, and what the children know together about the gateways. Needs
// nothing of httpd.
#pragma once

#include <rtmpt_proxy/policy/limits/gateway_pulse.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace rtmpt_proxy::apache {

inline constexpr std::size_t kMostPulses = 8; // more than there are doors at a time

// What all children of one configuration share. `pulses` lie in memory that they share, so that a child of a single
// thread need not find out by itself that a gateway is silent.
struct SharedWaits {
  policy::GatewayPulse* pulses = nullptr; // kMostPulses of them, by door; null: there is no shared memory
  int lock_file = -1;                     // -1: none; see WaitingPlaces
};

// Places for threads that wait long. In a child with four threads or more a quarter of them may, whatever other
// children do. With fewer threads one may, and of all children together a quarter: there a place is a lock on one byte
// of a file that exists in memory alone, and the kernel gives it back even when a child crashes.
//
// Every thread may take one at any time; nothing here waits.
class WaitingPlaces {
 public:
  // `threads` of this child; `living_children` counts all that live.
  WaitingPlaces(std::size_t threads, int lock_file, std::size_t (*living_children)());

  // A place for as long as somebody holds what is returned; null when none is free.
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
  std::size_t (*const living_children_)();
  std::atomic<std::size_t> taken_{0};
};

} // namespace rtmpt_proxy::apache
