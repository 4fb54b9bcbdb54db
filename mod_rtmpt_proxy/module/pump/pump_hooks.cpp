// SPDX-License-Identifier: Apache-2.0
#include "module/pump/pump_hooks.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/client_input.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/pump/pump_offer.hpp"

namespace rtmpt_proxy::apache {

namespace {

PumpOffer* find_offer(conn_rec* c) {
  const ConnectionNotes* const tunnel = find_connection_notes(c);
  return tunnel ? tunnel->pump_offer : nullptr;
}

// Gives one end of a new local socket to the gateway and returns the other end. Empty when the gateway does not take
// it.
local::Descriptor join_gateway(conn_rec* c, PumpOffer& offer) {
  std::optional<local::SocketPair> pair = local::make_socket_pair(SOCK_STREAM);
  if (!pair) return {};
  GatewayClient& client = offer.child->client;
  Conversation conversation = client.exchange_for_session(offer.door, offer.terms.request.session_id, offer.terms,
                                                          local::patience::kTake, pair->theirs.get());
  const bool taken =
      conversation.status == ChannelStatus::ok && std::holds_alternative<protocol::Take>(conversation.answer);
  if (!taken && conversation.status == ChannelStatus::ok &&
      !std::holds_alternative<protocol::Reply>(conversation.answer))
    conversation.status = ChannelStatus::misplaced;
  // The Residue is empty: nothing of the next request has been read, so the gateway gets all of it by the socket.
  if (taken)
    conversation.status = conversation.channel->send(protocol::Residue{}, Clock::now() + local::patience::kResidue);
  const bool spoken = conversation.status == ChannelStatus::ok;
  if (spoken) client.give_back(offer.door, std::move(conversation.channel));
  if (taken && spoken) return std::move(pair->ours);
  ap_log_cerror(APLOG_MARK, APLOG_DEBUG, 0, c, "%s: connection of %s is not pumped: rtmpt-gateway %s",
                ids::kPumpDeclined, offer.terms.client_address.c_str(),
                spoken ? "does not take it" : std::string(to_string(conversation.status)).c_str());
  return {};
}

// Whether the client has closed the connection: a client that uses a connection for one request wakes httpd by closing
// it.
bool has_ended(conn_rec* c) {
  apr_bucket_brigade* const brigade = apr_brigade_create(c->pool, c->bucket_alloc);
  const apr_status_t status = ap_get_brigade(c->input_filters, brigade, AP_MODE_SPECULATIVE, APR_NONBLOCK_READ, 1);
  apr_brigade_destroy(brigade);
  return c->aborted || (status != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(status));
}

// Called when httpd is about to read the next request of a kept connection.
int take_over(conn_rec* c) {
  PumpOffer* const offer = find_offer(c);
  if (!offer || !std::exchange(offer->wanted, false) || !offer->child->pump || has_ended(c)) return DECLINED;
  local::Descriptor gateway = join_gateway(c, *offer);
  if (!gateway) return DECLINED;
  offer->taken = std::make_unique<PumpedConnection>(c, std::move(gateway), offer->terms.client_address);
  c->cs->state = CONN_STATE_SUSPENDED;
  ap_log_cerror(APLOG_MARK, APLOG_TRACE1, 0, c, "%s: connection of %s is pumped", ids::kPumped,
                offer->terms.client_address.c_str());
  return OK;
}

// Called when httpd has suspended the connection. From here on the pump owns it.
void hand_to_pump(conn_rec* c, request_rec*) {
  PumpOffer* const offer = find_offer(c);
  if (offer && offer->taken) offer->child->pump->add(std::move(offer->taken));
}

} // namespace

void register_pump_hooks(apr_pool_t* pool) {
  register_client_input(pool);
  // Before anybody reads from the connection.
  ap_hook_process_connection(guarded<take_over, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // After everybody who wants to know of the suspension on httpd's thread.
  ap_hook_suspend_connection(guarded<hand_to_pump>, nullptr, nullptr, APR_HOOK_REALLY_LAST);
}

} // namespace rtmpt_proxy::apache
