// SPDX-License-Identifier: Apache-2.0
// One descriptor that the pump's epoll watches.
#pragma once

#include <cstdint>

namespace rtmpt_proxy::apache {

class PumpedConnection;

// Used by the pump's thread. The descriptor belongs to the owner and outlives its watch.
class PumpWatch {
 public:
  enum class Side : std::uint8_t { client, gateway };

  PumpWatch(PumpedConnection& owner, Side side, int descriptor) : owner_(owner), descriptor_(descriptor), side_(side) {}
  PumpWatch(const PumpWatch&) = delete;
  PumpWatch& operator=(const PumpWatch&) = delete;

  // With no events wanted, errors and the end of both directions (EPOLLERR, EPOLLHUP) are still reported. False with
  // errno when the system refuses.
  bool start(int epoll);

  // Sets the events to watch: EPOLLIN, EPOLLOUT. Makes no system call when they are the same. Without effect when
  // stopped.
  void want(std::uint32_t events);

  void stop();

  PumpedConnection& owner() const { return owner_; }
  Side side() const { return side_; }

 private:
  PumpedConnection& owner_;
  int epoll_ = -1;
  int descriptor_;
  std::uint32_t wanted_ = 0;
  Side side_;
};

} // namespace rtmpt_proxy::apache
