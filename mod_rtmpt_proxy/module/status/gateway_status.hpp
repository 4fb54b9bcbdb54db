// Asks the gateway about itself, for pages that show its state.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace rtmpt_proxy::apache {

// Takes one piece of the state, in the form asked for, as the gateway wrote it: escape it for HTML. False: no more is
// wanted.
using TakeStatus = std::function<bool(const protocol::StatusPiece& piece)>;

// Asks the gateway that takes the new sessions; one that finishes its own after an upgrade is not asked. Waits on this
// thread, for each piece no longer than `within`, and calls `take` with it. Returns what is wrong with the gateway,
// "rtmpt-gateway does not answer"; empty when the last piece was taken, or no more was wanted. Logs nothing.
std::string ask_status(request_rec* r, protocol::AskStatus question, std::chrono::milliseconds within,
                       const TakeStatus& take);

} // namespace rtmpt_proxy::apache
