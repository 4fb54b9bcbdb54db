// SPDX-License-Identifier: Apache-2.0
#include "module/balancer/open_wait.hpp"

namespace rtmpt_proxy::apache {

OpenWait::~OpenWait() {
  if (has_place_) child_.open_gate.leave_place(server_);
}

bool OpenWait::take_places() {
  if (has_place_) return true;
  if (!child_.open_gate.take_place(server_)) return false;
  has_place_ = true;
  place_ = child_.places.take();
  if (place_) return true;
  has_place_ = false;
  child_.open_gate.leave_place(server_);
  return false;
}

std::shared_ptr<void> OpenWait::leave_to_go_on() {
  if (!take_places()) return nullptr;
  gateway_is_silent_ = !child_.client.answers(0);
  return gateway_is_silent_ ? nullptr : shared_from_this();
}

} // namespace rtmpt_proxy::apache
