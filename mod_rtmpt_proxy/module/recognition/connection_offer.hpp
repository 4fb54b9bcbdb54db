// SPDX-License-Identifier: Apache-2.0
// Offering a client's connection to the gateway, whatever it begins with: any loop may take it.
#pragma once

#include "module/child/child_state.hpp"
#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string>

namespace rtmpt_proxy::apache {

// The client of a connection, as far as httpd knows it before anything is read.
struct Newcomer {
  protocol::ProxiedConnection client; // as a proxy has announced it; and the address by which httpd finds virtual hosts
  std::string shown;                  // the client's address for logs
};
Newcomer newcomer(conn_rec* c);

ChildState& child_of(const conn_rec* c);

// Offers a descriptor to the gateway: `message` is HandOverRtmp or HandOverTls. Returns a channel whose other side has
// said Take, or null; then `why` says why, and nothing has happened to the connection. Waits as every exchange does.
ChannelLease offer_connection(conn_rec* c, const protocol::GatewayMessage& message, int descriptor, std::string& why);

// Sends the bytes that have been read of it, and gives the channel back. False when the gateway did not take them.
bool complete_offer(conn_rec* c, ChannelLease channel, std::string bytes);

} // namespace rtmpt_proxy::apache
