// SPDX-License-Identifier: Apache-2.0
// The messages of httpd's parent to a gateway, over its lifeline.
#pragma once

#include "local/descriptor.hpp"
#include "module/core/httpd_headers.hpp"

#include <chrono>
#include <string>

namespace rtmpt_proxy::apache {

// What a new gateway says of itself.
struct Greeting {
  std::string version; // empty: it did not say Hello
  bool is_secluded = false;
  std::string failure; // what happened then
};

// What became of a message.
enum class Delivery {
  whole,
  none,
  in_part, // nothing may follow it
};

// Waits up to two seconds for its Hello.
Greeting await_greeting(int lifeline);

// Sends the virtual hosts whose TLS ends at the gateway, with their keys, when it is secluded; else none. Wipes what it
// has sent.
Delivery send_tls_servers(int lifeline, server_rec* main_server, bool is_secluded);

// Sends log level, server name, media servers and session logs, and the descriptors of the error log, the control
// socket and the session logs.
Delivery send_settings(int lifeline, server_rec* main_server);

// Tells the gateway to take no new session and to end when the last one has.
void send_retirement(int lifeline);

// Tells it the same, and to end the remaining sessions after `within`.
void send_graceful_stop(int lifeline, std::chrono::milliseconds within);

} // namespace rtmpt_proxy::apache
