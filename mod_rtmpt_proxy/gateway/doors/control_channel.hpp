// SPDX-License-Identifier: Apache-2.0
// The gateway's end of a connection to its control socket. Everybody who may connect there may read the state, end
// sessions and drain backends.
#pragma once

#include "gateway/doors/message_channel.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>

#include <sys/types.h>

namespace rtmpt_proxy::gateway {

class ControlDoor;

// Takes one order at a time, and all of them within local::patience::kControlClient. A client that is too slow, or
// sends something that is no order, is dropped with a line in the log. Every order is logged with the user who gave it.
// Runs on the first loop. `door` must outlive the loop's run.
class ControlChannel final : public MessageChannel {
 public:
  static constexpr std::size_t kMaxOrderBytes = 4096;

  // `socket` is a connection that was accepted.
  ControlChannel(Loop& loop, local::Descriptor socket, ControlDoor& door);

  // Says Hello and serves.
  void serve();

 private:
  bool take(protocol::GatewayMessage& message) override;
  bool take_question(protocol::AskStatus& question);
  bool take_end(protocol::EndSession& end);
  bool take_lift(const protocol::LiftBan& lift);
  bool take_drain(const protocol::DrainBackend& drain);
  void on_broken(std::string_view why) override;
  void on_close() override;
  std::string who();

  std::shared_ptr<ControlChannel> shared() { return std::static_pointer_cast<ControlChannel>(shared_from_this()); }

  ControlDoor& door_;
  boost::asio::steady_timer deadline_;
  uid_t peer_user_ = static_cast<uid_t>(-1); // SO_PEERCRED, as it was when the client connected
  pid_t peer_pid_ = 0;
  bool awaits_loops_ = false;
};

} // namespace rtmpt_proxy::gateway
