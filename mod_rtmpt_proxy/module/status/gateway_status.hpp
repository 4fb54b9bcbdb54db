// SPDX-License-Identifier: Apache-2.0
// Asks the gateway about itself, for pages that show its state.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace rtmpt_proxy::apache {

// Takes one piece of the state, as the gateway wrote it in the requested form. It is not escaped for HTML. Returns
// false to stop.
using TakeStatus = std::function<bool(const protocol::StatusPiece& piece)>;

// Asks the gateway for new sessions, not one that finishes its sessions after an upgrade. Waits in this thread at most
// `within` for each piece, and calls `take` with it. Returns what is wrong with the gateway ("rtmpt-gateway does not
// answer"), or an empty text when the last piece was taken or `take` has stopped. Logs nothing.
std::string ask_status(request_rec* r, protocol::AskStatus question, std::chrono::milliseconds within,
                       const TakeStatus& take);

} // namespace rtmpt_proxy::apache
