// SPDX-License-Identifier: Apache-2.0
#include "module/splice/pump_watch.hpp"

#include <utility>

#include <sys/epoll.h>

namespace rtmpt_proxy::apache {

bool PumpWatch::start(int epoll) {
  epoll_event event{};
  event.data.ptr = this;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor_, &event) != 0) return false;
  epoll_ = epoll;
  return true;
}

void PumpWatch::want(std::uint32_t events) {
  if (epoll_ < 0 || events == wanted_) return;
  wanted_ = events;
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor_, &event); // cannot fail for a descriptor that is in it
}

void PumpWatch::stop() {
  if (epoll_ >= 0) ::epoll_ctl(std::exchange(epoll_, -1), EPOLL_CTL_DEL, descriptor_, nullptr);
}

} // namespace rtmpt_proxy::apache
