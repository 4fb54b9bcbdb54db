// SPDX-License-Identifier: Apache-2.0
#include "module/pump/pump_offer.hpp"

#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/pool.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/hand_over.hpp"

namespace rtmpt_proxy::apache {

namespace {

PumpOffer& offer_for(request_rec* r, std::size_t door, const protocol::SessionId& session_id) {
  ConnectionNotes& tunnel = connection_notes(r->connection);
  if (!tunnel.pump_offer) tunnel.pump_offer = make_in_pool<PumpOffer>(r->connection->pool);
  PumpOffer& offer = *tunnel.pump_offer;
  offer.child = server_config(r->server).child;
  if (offer.door != door || offer.terms.request.session_id != session_id) {
    offer.door = door;
    offer.terms = hand_over_terms(r, session_id);
  }
  return offer;
}

} // namespace

void note_forwarded(request_rec* r, std::size_t door, const protocol::SessionId& session_id) {
  ++offer_for(r, door, session_id).terms.forwarded_requests;
}

void offer_to_pump(request_rec* r, std::size_t door, const protocol::SessionId& session_id) {
  const conn_rec* const c = r->connection;
  PumpOffer& offer = offer_for(r, door, session_id);
  if (offer.child) offer.child->stream_places.count(r->connection);
  offer.wanted =
      c->keepalive == AP_CONN_KEEPALIVE && !c->aborted && connection_notes(r->connection).unread_replies == 0;
}

} // namespace rtmpt_proxy::apache
