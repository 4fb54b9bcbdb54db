// SPDX-License-Identifier: Apache-2.0
#include "tls_pair.hpp"

#include "test/gateway/loops/loopback.hpp"

#include <random>
#include <stdexcept>
#include <utility>

namespace rtmpt_proxy::test {

protocol::TlsIdentity identity_of(const KeyPair& pair) {
  return {pair.pem(), pair.key_pem()};
}

protocol::TlsServer sample_tls_server() {
  static const KeyPair pair = self_signed("live.example.com", "DNS:live.example.com");
  protocol::TlsServer server;
  server.id = "sample";
  server.server_name = "live.example.com";
  server.identities.push_back(identity_of(pair));
  server.least_version = TLS1_2_VERSION;
  return server;
}

gateway::TlsServerContext context_of(const protocol::TlsServer& server) {
  gateway::MadeTlsContext made = gateway::make_tls_server_context(server);
  if (!made.context) throw std::runtime_error(made.failure);
  gateway::set_kept_sessions(made.context.get(), 100);
  return std::move(made.context);
}

const gateway::TlsServerContext& sample_context() {
  static const gateway::TlsServerContext context = context_of(sample_tls_server());
  return context;
}

std::string many_bytes(std::size_t count) {
  std::mt19937_64 random(20261130); // the same each time
  std::string bytes(count, '\0');
  for (char& one : bytes)
    one = static_cast<char>(random());
  return bytes;
}

namespace {
local::SocketPair sockets_of(Wire wire) {
  if (wire == Wire::tcp) return tcp_pair();
  auto pair = local::make_socket_pair(SOCK_STREAM);
  if (!pair) throw std::runtime_error("no local socket");
  return std::move(*pair);
}
} // namespace

TlsPair::TlsPair(const TlsClientRules& rules, gateway::TlsServerContext context, Wire wire)
    : TlsPair(rules, std::move(context), sockets_of(wire)) {}

TlsPair::TlsPair(const TlsClientRules& rules, gateway::TlsServerContext context, local::SocketPair sockets)
    : peer(std::move(sockets.ours)),
      client(rules),
      served(loop.io(), gateway::DetachedClient(std::move(sockets.theirs))),
      context_(std::move(context)) {}

bool TlsPair::greet() {
  served.greet(context_);
  bool done = false;
  runs_until([&] {
    done = done || client.handshake();
    return (done && served.is_greeted) || client.failed() || served.end;
  });
  return done && served.is_greeted;
}

bool TlsPair::runs_until(const std::function<bool()>& condition) {
  return loop.runs_until([&] {
    if (peer && client_reads && !client_ended) {
      client_ended = !client.carry(peer.get());
      if (SSL_is_init_finished(client.tls())) client_received += client.read();
    }
    return condition();
  });
}

bool TlsPair::client_gets(std::string_view bytes) {
  client_received.clear();
  runs_until([&] { return client_received.size() >= bytes.size() || client_ended; });
  return client_received == bytes;
}

} // namespace rtmpt_proxy::test
