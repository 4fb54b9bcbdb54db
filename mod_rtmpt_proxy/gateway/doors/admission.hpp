// SPDX-License-Identifier: Apache-2.0
// Opens sessions. A session exists only after its backend has accepted the connection.
#pragma once

#include "gateway/facts/session_counts.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rtmpt_proxy::gateway {

class BackendConnector;
class Loop;

// Called once, on the asker's loop, with Admitted or Refused.
using AdmissionDone = std::function<void(const protocol::GatewayMessage&)>;

// An open that is under way. The asker holds it.
class Opening : public std::enable_shared_from_this<Opening> {
 public:
  explicit Opening(Loop& home) : home_(home) {}
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

  // The asker no longer waits: the attempt to connect ends without blaming the backend, and no session begins, unless
  // one has begun already. May be called in any thread.
  void give_up();
  bool given_up() const { return given_up_.load(); }

  // Called once, before the attempt begins on the home loop.
  void connects_with(const std::shared_ptr<BackendConnector>& connector) { connector_ = connector; }

 private:
  Loop& home_; // the loop on which the session will live
  std::atomic<bool> given_up_{false};
  std::weak_ptr<BackendConnector> connector_; // set before the attempt begins; used on the home loop only
};

// Ends the session that `admitted` names, because its asker is gone. May be called on any loop.
void end_unclaimed(Loop& loop, const protocol::Admitted& admitted, protocol::VhostKey vhost);

// Connects to the admission's backend within its connect_timeout, trying every address of its name, and starts the
// session. A backend that accepts the connection and closes or resets it at once counts as unreachable. `loop` is the
// asker's; Gateway::home_for() chooses the loop of the session. An admission with a ticket is for a client of RTMP that
// waits on the asker's loop, where its session begins. `place` is a place at a backend that an earlier choice
// kept, perhaps at this one. Returns the open, or null when it was refused at once.
std::shared_ptr<Opening> open_session(Loop& loop, protocol::Admission admission, std::optional<BackendPlace> place,
                                      const AdmissionDone& done);

} // namespace rtmpt_proxy::gateway
