// SPDX-License-Identifier: Apache-2.0
// The entrance for clients' connections to the loop that serves them.
#pragma once

#include "gateway/sockets/detached_client.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string>

namespace rtmpt_proxy::gateway {

struct ClientHome;

// `refusals`: see HttpTunnel. Serves the connection on the loop of `home`: first the request in `terms`, then
// `residue`, then what comes by the socket. Called in that loop's thread. Returns false, and closes `client`, when it
// is neither a TCP connection nor a local stream socket.
bool serve_connection(const ClientHome& home, DetachedClient client, protocol::HandOver terms, std::string residue,
                      int refusals = 0);

} // namespace rtmpt_proxy::gateway
