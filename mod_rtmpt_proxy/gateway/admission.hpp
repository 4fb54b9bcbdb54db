// Opens a session: connects to the backend, and only then the session exists.
#pragma once

#include "session_counts.hpp"

#include <rtmpt_proxy/protocol/gateway_message.hpp>

#include <functional>
#include <optional>

namespace rtmpt_proxy::gateway {

class Gateway;

// Called once, on the asker's loop, with Admitted or Refused.
using AdmissionDone = std::function<void(const protocol::GatewayMessage&)>;

// Connects to the admission's backend within its connect_timeout, trying every address of its name, and starts the
// session. A backend that takes the connection and closes or resets it at once counts as unreachable.
// The session lives on the loop whose turn it is, whichever `gateway`'s, the asker's, is.
// `place` was kept at a backend by a choice before, perhaps this one.
void open_session(Gateway& gateway, protocol::Admission admission, std::optional<BackendPlace> place,
                  const AdmissionDone& done);

} // namespace rtmpt_proxy::gateway
