// SPDX-License-Identifier: Apache-2.0
// A client with TLS and the gateway's socket to it, in one thread.
#pragma once

#include "served_client.hpp"
#include "tls_client_end.hpp"

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>

#include <functional>
#include <string>

namespace rtmpt_proxy::test {

// A virtual host for TLS 1.2 and later with a certificate of its own.
protocol::TlsServer sample_tls_server();
protocol::TlsIdentity identity_of(const KeyPair& pair);

// Throws when the settings are refused.
gateway::TlsServerContext context_of(const protocol::TlsServer& server);
const gateway::TlsServerContext& sample_context();

// So many bytes that do not repeat.
std::string many_bytes(std::size_t count);

enum class Wire { tcp, local };

class TlsPair {
 public:
  explicit TlsPair(const TlsClientRules& rules = {}, gateway::TlsServerContext context = sample_context(),
                   Wire wire = Wire::tcp);

  // Makes the handshake; whether both sides have it.
  bool greet();
  // Runs the loop, and the client beside it, until `condition` holds.
  bool runs_until(const std::function<bool()>& condition);
  // Whether what the client gets next is `bytes`.
  bool client_gets(std::string_view bytes);

  TlsLoop loop;
  local::Descriptor peer; // the client's socket; to be closed by the test when it wants
  TlsClientEnd client;
  ServedClient served;
  bool client_reads = true;
  bool client_ended = false; // its socket was closed from the other side
  std::string client_received;

 private:
  TlsPair(const TlsClientRules& rules, gateway::TlsServerContext context, local::SocketPair sockets);
  gateway::TlsServerContext context_;
};

} // namespace rtmpt_proxy::test
