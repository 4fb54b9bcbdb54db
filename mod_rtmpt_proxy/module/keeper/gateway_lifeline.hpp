// The messages of httpd's parent to a gateway, over its lifeline.
#pragma once

#include "local/descriptor.hpp"
#include "module/core/httpd_headers.hpp"

#include <chrono>
#include <string>

namespace rtmpt_proxy::apache {

// Waits up to two seconds for the Hello of a new gateway. Returns its version. On failure returns an empty text, and
// `failure` says what happened.
std::string await_greeting(int lifeline, std::string& failure);

// Sends log level, server name, media servers and session logs, and the descriptors of the error log, the control
// socket and the session logs. False when the gateway does not take them.
bool send_settings(int lifeline, server_rec* main_server);

// Tells the gateway to take no new session and to end when the last one has.
bool send_retirement(int lifeline);

// Tells it the same, and to end the remaining sessions after `within`.
bool send_graceful_stop(int lifeline, std::chrono::milliseconds within);

} // namespace rtmpt_proxy::apache
