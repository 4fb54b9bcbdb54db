// How many threads of httpd may wait long for streams, and what the children know together about the gateways.
#pragma once

#include <rtmpt_proxy/policy/gateway_pulse.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

#include <apr_pools.h>

struct server_rec;

namespace rtmpt_proxy::apache {

inline constexpr std::size_t kMostPulses = 8; // more than there are doors at a time

// What all children of one configuration share. `pulses` lie in memory that they share, so that a child of a single
// thread need not find out by itself that a gateway is silent.
struct SharedWaits {
  policy::GatewayPulse* pulses = nullptr; // kMostPulses of them, by door; null: there is no shared memory
  int lock_file = -1;                     // -1: none; see WaitingPlaces
};

// What this child shares with the others; from post_config on.
SharedWaits shared_waits(server_rec* main_server);

// A new process stands behind the first door: whatever the children know of the one before it is forgotten. For the
// parent.
void forget_silence(server_rec* main_server);

// Places for threads that wait long. In a child with four threads or more a quarter of them may, whatever other
// children do. With fewer threads one may, and of all children together a quarter: there a place is a lock on one byte
// of a file that exists in memory alone, and the kernel gives it back even when a child crashes.
//
// Every thread may take one at any time; nothing here waits.
class WaitingPlaces {
 public:
  // `threads` of this child. `main_server` is asked for the children that live.
  WaitingPlaces(std::size_t threads, int lock_file);

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
  std::atomic<std::size_t> taken_{0};
};

void register_waiting_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
