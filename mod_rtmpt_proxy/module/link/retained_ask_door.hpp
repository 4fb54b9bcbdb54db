// SPDX-License-Identifier: Apache-2.0
// httpd's private listener, by which rtmpt-gateway asks httpd about clients of RTMP (ask_preamble.hpp).
//
// httpd's parent makes it once and keeps it through graceful and restart. It is a local socket whose name is removed at
// once: only who has the descriptor that the gateway gets can connect to it.
#pragma once

#include "module/core/gateway_identity.hpp"
#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_board.hpp"

#include <optional>
#include <string>

namespace rtmpt_proxy::apache {

// In httpd's parent: makes the listener, unless there is one for that user. Returns what went wrong, or an empty text.
std::string make_ask_door(apr_pool_t* scratch, const GatewayUser& gateway);

// In httpd's parent: closes the listener, if there is one.
void close_ask_door();

// In httpd's parent: the listening socket; -1: none.
int ask_listener();

// In httpd's parent: the descriptor (O_PATH) by whose name in /proc the gateway connects; -1: none.
int ask_door();

// Whether a connection to this local address came by the listener. In any process.
bool leads_to_ask_door(const apr_sockaddr_t* local_address);

// The gateway that has made this connection to the listener: the one that runs, an older one that finishes its
// sessions, or the next one after a crash. None when another process has, even one of the gateway's user.
std::optional<RunningGateway> gateway_that_asks(int connection);

// In a child: closes the descriptors that only the parent and the gateway may hold.
void close_parents_ask_door();

} // namespace rtmpt_proxy::apache
