// Opens a session: connects to the backend, and only then the session exists.
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

// An open under way, as its asker sees it.
class Opening : public std::enable_shared_from_this<Opening> {
 public:
  explicit Opening(Loop& home) : home_(home) {}
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

  // Nobody waits for it any more: the attempt to connect ends, no media server is blamed, and no session comes of it,
  // unless one has. On any loop.
  void give_up();
  bool given_up() const { return given_up_.load(); }

  // For the attempt, on the home loop.
  void connects_with(const std::shared_ptr<BackendConnector>& connector) { connector_ = connector; }

 private:
  Loop& home_; // where the session is to live
  std::atomic<bool> given_up_{false};
  std::weak_ptr<BackendConnector> connector_; // used on the home loop alone
};

// Ends the session that `admitted` tells of, because nobody could be told. On any loop.
void end_unclaimed(Loop& loop, const protocol::Admitted& admitted, std::string virtual_host);

// Connects to the admission's backend within its connect_timeout, trying every address of its name, and starts the
// session. A backend that takes the connection and closes or resets it at once counts as unreachable.
// The session lives on the loop whose turn it is, whichever `gateway`'s, the asker's, is.
// `place` was kept at a backend by a choice before, perhaps this one. Returns the open under way, or null when it was
// refused at once.
std::shared_ptr<Opening> open_session(Loop& loop, protocol::Admission admission, std::optional<BackendPlace> place,
                                      const AdmissionDone& done);

} // namespace rtmpt_proxy::gateway
