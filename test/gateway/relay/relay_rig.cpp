// SPDX-License-Identifier: Apache-2.0
#include "relay_rig.hpp"

#include "test/gateway/loops/loopback.hpp"
#include "test/support/deadline.hpp"

#include <stdexcept>
#include <utility>

namespace rtmpt_proxy::test {

using local::ChannelStatus;
using local::Clock;

namespace {

protocol::TlsServers server_of(const KeyPair& pair, const std::string& id) {
  protocol::TlsServer server;
  server.id = id;
  server.server_name = "live.example.com";
  server.identities.push_back({pair.pem(), pair.key_pem()});
  protocol::TlsServer other = server;
  other.id = RelayRig::kOneGroup;
  other.commands = {{"Groups", "P-384"}};
  protocol::TlsServer giving = server;
  giving.id = RelayRig::kWithTickets;
  giving.tickets = RelayRig::ticket_terms();
  return {{server, other, giving}};
}

protocol::HandOverTls terms_of(const Visit& visit) {
  protocol::HandOverTls terms;
  terms.client = {{*protocol::parse_ip_address(visit.address), 4711}, {*protocol::parse_ip_address("192.0.2.9"), 443}};
  terms.server_id = visit.server_id;
  terms.tls_server_name = visit.wishes.server_name;
  terms.shown_client = visit.address;
  terms.accepts_rtmp = visit.accepts_rtmp;
  return terms;
}

} // namespace

protocol::TlsTickets RelayRig::ticket_terms() {
  std::string keys;
  for (std::size_t i = 0; i < protocol::kTlsTicketKeysBytes; ++i)
    keys += static_cast<char>(37 * i + 5);
  return {keys, "a virtual host", std::chrono::seconds(77)};
}

RelayRig::RelayRig() : context_(server_context(pair)) {
  gateway.give_tls_servers(server_of(pair, Visit{}.server_id));
  httpd.introduce_to(gateway);
  if (!gateway.logs("RTMPT314", 2)) throw std::runtime_error("the gateway takes no settings");
}

void RelayRig::tell_of(const std::string& server_id) {
  gateway.give_tls_servers(server_of(pair, server_id));
}

std::optional<TlsVisitor> RelayRig::offer(const Visit& visit) {
  local::SocketPair connection = tcp_pair();
  apache::Terms conditions(kPatience);
  conditions.descriptor = connection.theirs.get();
  apache::Conversation conversation = client.exchange(0, terms_of(visit), std::move(conditions));
  if (conversation.status != ChannelStatus::ok) throw std::runtime_error("the gateway says nothing of a TLS client");
  if (!std::holds_alternative<protocol::Take>(conversation.answer)) {
    client.give_back(0, std::move(conversation.channel));
    return std::nullopt;
  }
  if (conversation.channel->send(protocol::Residue{visit.residue, 0}, Clock::now() + kPatience) != ChannelStatus::ok)
    throw std::runtime_error("no residue");
  client.give_back(0, std::move(conversation.channel));
  return TlsVisitor(std::move(connection.ours), visit.wishes);
}

TlsVisitor RelayRig::visit(const Visit& visit) {
  std::optional<TlsVisitor> visitor = offer(visit);
  if (!visitor) throw std::runtime_error("the gateway leaves a TLS client to httpd");
  return *std::move(visitor);
}

TlsVisitor RelayRig::greeted(const Visit& visit) {
  TlsVisitor visitor = this->visit(visit);
  if (!visitor.handshake()) throw std::runtime_error("the gateway makes no TLS handshake");
  return visitor;
}

RelayedConnection RelayRig::next() {
  return relayed(context_.get(), httpd.accept());
}

RelayedConnection RelayRig::next_greeted() {
  RelayedConnection connection = next();
  if (!connection.tls->handshake()) throw std::runtime_error("the gateway makes no TLS handshake with httpd");
  return connection;
}

} // namespace rtmpt_proxy::test
