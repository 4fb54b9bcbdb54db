// SPDX-License-Identifier: Apache-2.0
#include "module/recognition/rtmp_hand_over.hpp"

#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/pool.hpp"
#include "module/link/connection_release.hpp"
#include "module/pump/pump_offer.hpp"
#include "module/recognition/connection_offer.hpp"
#include "module/ways/connection_facts.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

// The name that the client's TLS asks for.
std::string tls_server_name(conn_rec* c) {
  return tls_variable(c, "SSL_TLS_SNI").substr(0, protocol::kMaxTlsServerNameBytes);
}

int close_unserved(conn_rec* c, const std::string& client, const std::string& why) {
  if (const auto left_out = child_of(c).lost_rtmp_lines.admit(Clock::now()))
    ap_log_cerror(APLOG_MARK, APLOG_ERR, 0, c, "%s: connection of %s, which speaks RTMP, closed: %s%s",
                  ids::kRtmpNotHandedOver, client.c_str(), why.c_str(), policy::words_for_left_out(*left_out).c_str());
  return close_at_once(c);
}

PumpOffer& pump_offer_of(conn_rec* c) {
  ConnectionNotes& notes = connection_notes(c);
  if (!notes.pump_offer) notes.pump_offer = make_in_pool<PumpOffer>(c->pool);
  notes.pump_offer->child = &child_of(c);
  return *notes.pump_offer;
}

int refuse_without_pump(conn_rec* c, const std::string& client) {
  if (const auto left_out = child_of(c).lost_rtmp_lines.admit(Clock::now()))
    ap_log_cerror(
        APLOG_MARK, APLOG_WARNING, 0, c,
        "%s: connection of %s closed: it speaks RTMP inside TLS, which httpd can carry with MPM event alone%s",
        ids::kRtmpsNeedsEvent, client.c_str(), policy::words_for_left_out(*left_out).c_str());
  return close_at_once(c);
}

int refuse_without_place(conn_rec* c, const std::string& client) {
  ChildState& child = child_of(c);
  if (const auto left_out = child.full_lines.admit(Clock::now()))
    ap_log_cerror(APLOG_MARK, APLOG_WARNING, 0, c,
                  "%s: no stream for client %s: %" APR_SIZE_T_FMT
                  " streams keep a connection of httpd, %" APR_SIZE_T_FMT
                  " may, for the site's pages and streams that are let in need the others. Raise MaxRequestWorkers, "
                  "ServerLimit or"
                  " AsyncRequestWorkerFactor%s",
                  ids::kNoPlaceForStream, client.c_str(), child.stream_places.taken(),
                  child.stream_places.most_undecided(), policy::words_for_left_out(*left_out).c_str());
  return close_at_once(c);
}

} // namespace

int hand_over_rtmp(conn_rec* c, ap_filter_t* filter) {
  const auto [client, name] = newcomer(c);
  std::string why;
  ChannelLease channel =
      offer_connection(c, protocol::HandOverRtmp{client, false, {}, {}, name}, descriptor_of(c), why);
  if (!channel) return close_unserved(c, name, why);
  const bool completed = complete_offer(c, std::move(channel), take_read_ahead(filter));
  if (!completed) return close_unserved(c, name, "rtmpt-gateway did not take what had been read");
  ap_log_cerror(APLOG_MARK, APLOG_TRACE1, 0, c, "%s: connection of %s, which speaks RTMP, handed over",
                ids::kRtmpHandedOver, name.c_str());
  return close_at_once(c);
}

int pump_rtmps(conn_rec* c) {
  const auto [client, name] = newcomer(c);
  ChildState& child = child_of(c);
  if (!child.pump || !c->cs) return refuse_without_pump(c, name);
  if (!child.stream_places.take_undecided(c)) return refuse_without_place(c, name);
  std::optional<local::SocketPair> pair = local::make_socket_pair(SOCK_STREAM);
  if (!pair) return close_unserved(c, name, "no socket for it");
  std::string why;
  ChannelLease channel = offer_connection(
      c, protocol::HandOverRtmp{client, true, tls_server_name(c), tls_facts(c), name}, pair->theirs.get(), why);
  if (!channel) return close_unserved(c, name, why);
  // Nothing is taken from the filters: the pump reads them.
  if (!complete_offer(c, std::move(channel), {})) return close_unserved(c, name, "rtmpt-gateway did not take it");
  pump_offer_of(c).taken = std::make_unique<PumpedConnection>(c, std::move(pair->ours), name, PumpedBytes::stream);
  c->cs->state = CONN_STATE_SUSPENDED;
  ap_log_cerror(APLOG_MARK, APLOG_TRACE1, 0, c, "%s: connection of %s, which speaks RTMP inside TLS, is pumped",
                ids::kRtmpHandedOver, name.c_str());
  return OK;
}

} // namespace rtmpt_proxy::apache
