// SPDX-License-Identifier: Apache-2.0
#include "module/recognition/connection_offer.hpp"

#include "local/patience.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/core/socket_address.hpp"
#include "module/restore/rpaf_proxy_protocol.hpp"

#include <utility>
#include <variant>

namespace rtmpt_proxy::apache {

Newcomer newcomer(conn_rec* c) {
  const protocol::ProxiedConnection* const announced = announced_connection(c);
  Newcomer newcomer;
  newcomer.client.source = announced ? announced->source : endpoint_of(c->client_addr).value_or(protocol::Endpoint{});
  newcomer.client.destination = endpoint_of(c->local_addr).value_or(protocol::Endpoint{});
  newcomer.shown = shown_address(c->base_server, protocol::to_text(newcomer.client.source.address).c_str());
  return newcomer;
}

ChildState& child_of(const conn_rec* c) {
  return *server_config(c->base_server).child;
}

ChannelLease offer_connection(conn_rec* c, const protocol::GatewayMessage& message, int descriptor, std::string& why) {
  ChildState& child = child_of(c);
  why = child.start_failure();
  if (!why.empty()) return nullptr;
  Terms terms(local::patience::kTake);
  terms.descriptor = descriptor;
  Conversation conversation = child.client.exchange(0, message, std::move(terms));
  if (conversation.status != ChannelStatus::ok) {
    why = "rtmpt-gateway " + std::string(to_string(conversation.status));
    return nullptr;
  }
  if (std::holds_alternative<protocol::Take>(conversation.answer)) return std::move(conversation.channel);
  why = "rtmpt-gateway does not take it";
  if (std::holds_alternative<protocol::Reply>(conversation.answer))
    child.client.give_back(0, std::move(conversation.channel));
  return nullptr;
}

bool complete_offer(conn_rec* c, ChannelLease channel, std::string bytes) {
  const Deadline deadline = Clock::now() + local::patience::kResidue;
  if (channel->send(protocol::Residue{std::move(bytes)}, deadline) != ChannelStatus::ok) return false;
  child_of(c).client.give_back(0, std::move(channel));
  return true;
}

} // namespace rtmpt_proxy::apache
