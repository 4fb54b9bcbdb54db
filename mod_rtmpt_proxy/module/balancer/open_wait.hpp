// SPDX-License-Identifier: Apache-2.0
// The waiting time of one open for its backend.
#pragma once

#include "module/child/child_state.hpp"

#include <memory>
#include <string>

namespace rtmpt_proxy::apache {

// Holds the places that a thread needs to wait long: none at first, then one of the backend and one of the child. The
// destructor gives both back.
class OpenWait : public std::enable_shared_from_this<OpenWait> {
 public:
  OpenWait(ChildState& child, std::string server) : child_(child), server_(std::move(server)) {}
  OpenWait(const OpenWait&) = delete;
  OpenWait& operator=(const OpenWait&) = delete;
  ~OpenWait();

  // Whether the open may ask now. False when its backend is slow and the most allowed opens wait for it.
  bool may_begin() { return !child_.open_gate.is_slow(server_) || take_places(); }

  // GatewayClient calls it when local::patience::kEveryRequest is over. Takes the places and checks that the gateway
  // itself answers. Null: the open must not wait longer.
  std::shared_ptr<void> leave_to_go_on();

  // The backend took the session or refused it.
  void server_answered() { child_.open_gate.answered(server_); }

  // Whether leave_to_go_on() returned null because the gateway does not answer.
  bool gateway_is_silent() const { return gateway_is_silent_; }

 private:
  bool take_places();

  ChildState& child_;
  const std::string server_;
  std::shared_ptr<void> place_; // a waiting place of the child
  bool has_place_ = false;
  bool gateway_is_silent_ = false;
};

} // namespace rtmpt_proxy::apache
