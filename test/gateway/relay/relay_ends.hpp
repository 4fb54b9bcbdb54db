// SPDX-License-Identifier: Apache-2.0
// httpd's part in a relay, in the test's words.
#pragma once

#include "local/descriptor.hpp"
#include "test/gateway/tls/tls_server.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <memory>

namespace rtmpt_proxy::test {

// httpd's end of a relayed connection.
struct RelayedConnection {
  protocol::AskPreamble preamble;
  local::Descriptor socket;
  std::unique_ptr<TlsPeer> tls; // before its handshake

  // As a child's end: nothing is said before.
  void close();
};

// A context as httpd has: with tickets.
std::shared_ptr<SSL_CTX> server_context(const KeyPair& pair);

// Reads the preamble from a new connection of the private listener.
RelayedConnection relayed(SSL_CTX* context, local::Descriptor socket);

} // namespace rtmpt_proxy::test
