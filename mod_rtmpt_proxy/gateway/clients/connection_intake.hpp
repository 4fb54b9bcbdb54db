// How a client's connection comes to the loop that serves it.
#pragma once

#include "gateway/base/descriptor_socket.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string>

namespace rtmpt_proxy::gateway {

struct ClientHome;

// Serves the connection on the loop of `home`, in its thread: the request in `terms` first, then `residue`, then the
// socket. False when `client` is neither a TCP connection nor a local stream socket; it is closed then.
bool serve_connection(const ClientHome& home, Descriptor client, protocol::HandOver terms, std::string residue);

} // namespace rtmpt_proxy::gateway
