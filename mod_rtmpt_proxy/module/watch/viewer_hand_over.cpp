// SPDX-License-Identifier: Apache-2.0
#include "module/watch/viewer_hand_over.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/pool.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/link/connection_release.hpp"
#include "module/pump/pump_offer.hpp"
#include "module/tunnel/open_answer.hpp"
#include "module/tunnel/tunnel_handler.hpp"
#include "module/watch/viewer_refusal.hpp"
#include "module/watch/viewer_thread.hpp"
#include "module/ways/answer.hpp"
#include "module/ways/hand_over.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/limits/counted_address.hpp>
#include <rtmpt_proxy/policy/routing/refusals.hpp>

#include <optional>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

constexpr int kNoDescriptor = -1;
constexpr const char* kRetrySoon = "2"; // seconds: a publisher that comes back needs about as long

// The gateway's word about one viewer.
struct Offered {
  Conversation conversation;
  bool is_taken = false;
};

// Of a client without a descriptor the gateway has kept what it relayed, and is told how much of that httpd has taken.
Offered offer(request_rec* r, const protocol::HandOverViewer& viewer, Terms terms, int descriptor) {
  terms.descriptor = descriptor;
  GatewayClient& client = server_config(r->server).child->client;
  Offered offered{client.exchange(0, viewer, std::move(terms), std::move(find_claim(r)->channel)), false};
  Conversation& said = offered.conversation;
  if (said.status != ChannelStatus::ok) return offered;
  offered.is_taken = std::holds_alternative<protocol::Take>(said.answer);
  const std::uint64_t taken_bytes = viewer.ticket != 0 ? connection_notes(r->connection).relayed_bytes : 0;
  if (offered.is_taken)
    said.status = said.channel->send(protocol::Residue{{}, taken_bytes}, Clock::now() + local::patience::kResidue);
  if (said.status == ChannelStatus::ok) client.give_back(0, std::move(said.channel));
  return offered;
}

int refuse_without_connection(request_rec* r, RequestClaim& claim) {
  claim.refusal = "the site needs the connections of httpd that are left";
  return answer_error(r, HTTP_SERVICE_UNAVAILABLE, true);
}

int answer_missing(request_rec* r, RequestClaim& claim) {
  claim.refusal = "nobody publishes the stream";
  apr_table_setn(r->err_headers_out, "Retry-After", kRetrySoon);
  return HTTP_NOT_FOUND;
}

// The gateway did not take it; the client is answered here.
int answer_refused(request_rec* r, RequestClaim& claim, const Conversation& said) {
  if (said.status == ChannelStatus::ok) {
    if (const auto* const refused = std::get_if<protocol::Refused>(&said.answer)) {
      if (refused->reason == protocol::Refusal::too_many_viewers)
        return refuse_viewer(r, HTTP_SERVICE_UNAVAILABLE, "as many play the stream as may (RTMPTMaxViewers)");
      claim.refusal = words_for(*refused);
      // mod_proxy may know another media server.
      if (policy::fault_of(refused->reason) == policy::OpenFault::of_backend) return HTTP_SERVICE_UNAVAILABLE;
      return answer_refusal(r, *refused);
    }
    const auto* const reply = std::get_if<protocol::Reply>(&said.answer);
    if (reply && reply->status == HTTP_NOT_FOUND) return answer_missing(r, claim);
    if (reply) return answer_error(r, HTTP_SERVICE_UNAVAILABLE);
  }
  claim.gateway_failed = true;
  return answer_without_gateway(r, said.status == ChannelStatus::ok ? ChannelStatus::misplaced : said.status);
}

// The gateway writes the answer; its status is for the access log.
void note_taken(request_rec* r, RequestClaim& claim, const protocol::HandOverViewer& viewer, const char* how) {
  claim.admitted = true;
  r->status = viewer.framing == protocol::ViewerFraming::websocket ? HTTP_SWITCHING_PROTOCOLS : HTTP_OK;
  ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, r, "%s: the viewer %s is %s", ids::kViewerTaken, shown_client(r).c_str(),
                how);
}

PumpOffer& pump_offer_of(request_rec* r) {
  ConnectionNotes& notes = connection_notes(r->connection);
  if (!notes.pump_offer) notes.pump_offer = make_in_pool<PumpOffer>(r->connection->pool);
  notes.pump_offer->child = server_config(r->server).child;
  return *notes.pump_offer;
}

} // namespace

int hand_over_viewer(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer) {
  RequestClaim& claim = *find_claim(r);
  conn_rec* const c = r->connection;
  const protocol::AskPreamble* const relay = find_relay(c); // then the gateway has the client already
  const int descriptor = relay ? kNoDescriptor : descriptor_of(c);
  if ((!relay && descriptor < 0) || !flush_pending_output(c)) return HTTP_SERVICE_UNAVAILABLE;
  if (relay) viewer.ticket = relay->ticket;
  const Offered offered = offer(r, viewer, std::move(terms), descriptor);
  answer = offered.conversation.answer;
  if (!offered.is_taken) return answer_refused(r, claim, offered.conversation);
  claim.way = policy::Way::handed_over;
  note_taken(r, claim, viewer, "handed over");
  let_go(c); // from now on the gateway writes to the connection, or has closed it
  return OK;
}

// The pump moves the bytes from the moment when httpd has suspended the connection. The request never ends for httpd,
// so its line in the access log is written here.
int pump_viewer(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer) {
  RequestClaim& claim = *find_claim(r);
  conn_rec* const c = r->connection;
  ChildState& child = *server_config(r->server).child;
  if (!child.pump || !c->cs || !flush_pending_output(c)) return HTTP_SERVICE_UNAVAILABLE;
  if (!child.stream_places.take(c)) return refuse_without_connection(r, claim);
  std::optional<local::SocketPair> pair = local::make_socket_pair(SOCK_STREAM);
  if (!pair) return HTTP_SERVICE_UNAVAILABLE;
  viewer.is_pumped = true;
  const Offered offered = offer(r, viewer, std::move(terms), pair->theirs.get());
  answer = offered.conversation.answer;
  if (!offered.is_taken) return answer_refused(r, claim, offered.conversation);
  claim.way = policy::Way::pumped;
  note_taken(r, claim, viewer, "pumped");
  pump_offer_of(r).taken =
      std::make_unique<PumpedConnection>(c, std::move(pair->ours), shown_client(r), PumpedBytes::stream);
  ap_run_log_transaction(r);
  c->cs->state = CONN_STATE_SUSPENDED;
  return SUSPENDED;
}

int forward_viewer(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer) {
  RequestClaim& claim = *find_claim(r);
  ChildState& child = *server_config(r->server).child;
  const std::shared_ptr<void> of_client = child.viewers_of_clients.take(policy::counted_as(r->useragent_ip));
  if (!of_client) {
    claim.refusal = "its client has as many threads of httpd as one may";
    return answer_error(r, HTTP_SERVICE_UNAVAILABLE, true);
  }
  const std::shared_ptr<void> place = child.viewer_places.take();
  std::optional<local::SocketPair> pair = place ? local::make_socket_pair(SOCK_STREAM) : std::nullopt;
  if (!pair || !flush_pending_output(r->connection)) {
    claim.refusal = "no thread of httpd is left for viewers whose connection it must keep";
    return answer_error(r, HTTP_SERVICE_UNAVAILABLE, true);
  }
  if (!child.stream_places.take(r->connection)) return refuse_without_connection(r, claim);
  viewer.is_pumped = true;
  const Offered offered = offer(r, viewer, std::move(terms), pair->theirs.get());
  answer = offered.conversation.answer;
  if (!offered.is_taken) return answer_refused(r, claim, offered.conversation);
  pair->theirs.reset();
  claim.way = policy::Way::forwarded;
  note_taken(r, claim, viewer, "served by a thread of httpd");
  const Holding counted(child.kept_streams.beside_pump().count);
  carry_to_viewer(r, pair->ours);
  return OK;
}

int answer_head(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer) {
  viewer.framing = protocol::ViewerFraming::none;
  viewer.head.clear();
  const Offered offered = offer(r, viewer, std::move(terms), kNoDescriptor);
  const Conversation& said = offered.conversation;
  answer = said.answer;
  const auto* const reply = said.status == ChannelStatus::ok ? std::get_if<protocol::Reply>(&said.answer) : nullptr;
  if (!reply || reply->status != HTTP_OK) return answer_refused(r, *find_claim(r), said);
  ap_set_content_type(r, "video/x-flv");
  return OK;
}

} // namespace rtmpt_proxy::apache
