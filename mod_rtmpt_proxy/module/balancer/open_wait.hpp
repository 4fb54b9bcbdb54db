// The wait of one open for its media server.
#pragma once

#include "module/child/child_state.hpp"

#include <memory>
#include <string>

namespace rtmpt_proxy::apache {

// Keeps what a thread needs that waits long: nothing at first, then a place of its media server's and one of the
// child's. Both are given back at its end.
class OpenWait : public std::enable_shared_from_this<OpenWait> {
 public:
  OpenWait(ChildState& child, std::string server) : child_(child), server_(std::move(server)) {}
  OpenWait(const OpenWait&) = delete;
  OpenWait& operator=(const OpenWait&) = delete;
  ~OpenWait();

  // Whether the open may ask now: false when its server is slow and as many wait for it as may.
  bool may_begin() { return !child_.open_gate.is_slow(server_) || take_places(); }

  // For the gateway's client, when patience is over. Before it waits on for the media server it makes sure that the
  // gateway itself is alive.
  std::shared_ptr<void> leave_to_go_on();

  // The media server took the session or refused it.
  void server_answered() { child_.open_gate.answered(server_); }

  // Why there was no leave.
  bool gateway_is_silent() const { return gateway_is_silent_; }

 private:
  bool take_places();

  ChildState& child_;
  const std::string server_;
  std::shared_ptr<void> place_; // of the child's
  bool has_place_ = false;
  bool gateway_is_silent_ = false;
};

} // namespace rtmpt_proxy::apache
