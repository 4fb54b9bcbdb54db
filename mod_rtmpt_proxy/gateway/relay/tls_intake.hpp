// SPDX-License-Identifier: Apache-2.0
// The entrance for clients whose TLS ends at the gateway to the loop that serves them.
#pragma once

#include "gateway/relay/relay_home.hpp"
#include "gateway/relay/tls_client.hpp"
#include "gateway/tls/tls_server_contexts.hpp"
#include "local/descriptor.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// A client that will be taken when its bytes have come. Every thread may have it.
struct ExpectedTlsClient {
  protocol::HandOverTls terms;
  TlsServerContext context;
  TlsTicketMaker tickets;
  GreetingPlaces::Place start;
  AddressPlaces::Place relay;
};

// What is needed to expect such a client; all loops share it.
struct TlsEntrance {
  const TlsServerContexts& servers;
  GreetingPlaces& start;
  RelayPlaces& relays;
};

// None when the client is better left to httpd, which has read nothing of it yet: `why` says so then.
std::optional<ExpectedTlsClient> expect_tls_client(const TlsEntrance& entrance, protocol::HandOverTls terms,
                                                   std::string_view& why);

// Serves the client's connection on the loop of `home`, in whose thread it is called: first `read_already`, which httpd
// has read of its handshake, then what comes by the socket.
void serve_tls_client(const RelayHome& home, local::Descriptor client, ExpectedTlsClient expected, LoopPlace loop_place,
                      std::string_view read_already);

} // namespace rtmpt_proxy::gateway
