// SPDX-License-Identifier: Apache-2.0
#include "module/tunnel/tunnel_handler.hpp"

#include "local/patience.hpp"
#include "module/asks/ask_methods.hpp"
#include "module/child/child_state.hpp"
#include "module/child/kept_streams.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/mpm_facts.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/pump/pump_offer.hpp"
#include "module/ways/answer.hpp"
#include "module/ways/connection_facts.hpp"
#include "module/ways/forward_request.hpp"
#include "module/ways/hand_over.hpp"
#include "module/ways/keep_alive.hpp"
#include "module/ways/open_hops.hpp"
#include "module/ways/open_target.hpp"
#include "module/ways/request_body.hpp"
#include "module/ways/tunnel_mark.hpp"

#include <functional>
#include <optional>

namespace rtmpt_proxy::apache {

namespace {

using protocol::TargetError;
using protocol::TunnelRequestKind;

// The rest of a body that is not needed is read if it is not longer than this, so that the connection can go on.
constexpr std::uint64_t kMostSkippedBytes = 64u << 10;
// How many of the first bytes of a send's body are kept, to be sent again when a channel turns out dead.
constexpr std::size_t kKeptBytes = 64u << 10;

constexpr std::string_view kHeaderFilter = "fixup_headers_out"; // mod_headers' filter, spelt as httpd keeps names

// On a host with plain ProxyPass to a backend of streams every request belongs to the tunnel. It is claimed
// only here, in the handler.
RequestClaim* claim_proxied(request_rec* r) {
  const std::string_view filename(r->filename ? r->filename : "");
  if (r->proxyreq != PROXYREQ_REVERSE || !filename.starts_with("proxy:") || !is_clients_own(r)) return nullptr;
  if (!leads_to_backend(r->pool, proxy_config(r->server), r->filename + 6)) return nullptr;
  return &claim_request(r);
}

// Removes content filters (mod_deflate, mod_substitute and others), because nothing may change the bytes of a stream.
// mod_headers stays: it only sets headers. The filters of the request's body stay when one of them may hold a part of
// the body.
void leave_out_content_filters(request_rec* r) {
  for (ap_filter_t* filter = r->output_filters; filter && filter != r->proto_output_filters;) {
    ap_filter_t* const next = filter->next;
    if (std::string_view(filter->frec->name) != kHeaderFilter) ap_remove_output_filter(filter);
    filter = next;
  }
  if (!body_reading_has_begun(r)) r->input_filters = r->proto_input_filters;
  apr_table_unset(r->headers_in, "Range");
}

const char* words_for(Framing framing) {
  switch (framing) {
  case Framing::both_lengths: return "Transfer-Encoding together with Content-Length";
  case Framing::bad_length: return "a malformed Content-Length";
  case Framing::odd_coding: return "a Transfer-Encoding that is not chunked alone";
  case Framing::good: break;
  }
  return "good framing";
}

int answer_bad_framing(request_rec* r, Framing framing) {
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: an RTMPT request has %s: 400, and the connection ends",
                ids::kBadFraming, words_for(framing));
  return answer_error(r, HTTP_BAD_REQUEST, true);
}

const char* words_for(BodyEnd end) {
  switch (end) {
  case BodyEnd::cut: return "ended early";
  case BodyEnd::too_slow: return "did not come in time";
  case BodyEnd::answered: return "was refused by another module";
  default: return "is malformed";
  }
}

// Logs a body that did not come whole, and answers the client with `status`.
int answer_bad_body(request_rec* r, const RequestBody& body, int status) {
  if (body.end() == BodyEnd::answered) status = AP_FILTER_ERROR;
  if (body.end() == BodyEnd::too_large) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  "%s: the body of an RTMPT request is over RTMPTBodyLimit or LimitRequestBody (%" APR_UINT64_T_FMT
                  " bytes)",
                  ids::kBodyTooLarge, body.limit_bytes());
  } else if (body.end() == BodyEnd::changed) {
    if (const auto left_out = server_config(r->server).child->changed_body_lines.admit(Clock::now()))
      ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                    "%s: the body of an RTMPT request did not come as the client sent it: an input filter of another "
                    "module, which had read it before, gave something else back: %d%s",
                    ids::kBodyChanged, status, policy::words_for_left_out(*left_out).c_str());
  } else {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: the body of an RTMPT request %s: %d", ids::kBodyUnreadable,
                  words_for(body.end()), status);
  }
  return status == AP_FILTER_ERROR ? status : answer_error(r, status, true);
}

int answer_bad_target(request_rec* r, TargetError error, bool close) {
  const int status = policy::status_of(error);
  ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "%s: %s: %d",
                error == TargetError::not_a_tunnel_target ? ids::kNotATunnelRequest : ids::kBadTarget,
                std::string(protocol::to_string(error)).c_str(), status);
  return answer_error(r, status, close);
}

// A request whose head says that it is not served: no POST, a bad target, or an ident. Only a short body is read; a
// longer one ends the connection.
int answer_unserved(request_rec* r, RequestBody& body, const protocol::TargetResult& parsed) {
  if (!r->expecting_100) body.skip(kMostSkippedBytes);
  if (policy::is_bad(body.end())) return answer_bad_body(r, body, policy::status_of(body.end()));
  const bool close = body.end() != BodyEnd::whole;
  if (r->method_number != M_POST) return answer_bad_target(r, TargetError::not_a_tunnel_target, close);
  if (parsed.error != TargetError::none) return answer_bad_target(r, parsed.error, close);
  ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "%s: no other address is offered to an ident", ids::kNoIdent);
  return answer_error(r, HTTP_NOT_FOUND, close);
}

// Whether the stream that begins on this connection will keep it from httpd's other requests as long as the stream
// lasts.
bool keeps_connection_of_httpd(request_rec* r) {
  return policy::keeps_connection_of_httpd(way_of(r), mpm_is_asynchronous());
}

// The answer of the gateway that has the session: the one for new sessions, or one that finishes older sessions.
struct Told {
  ForwardOutcome outcome;
  std::size_t door = 0;     // the door of that gateway
  bool handed_over = false; // the connection was handed over, and nothing is left to do
};

// Whether the gateway said that another gateway made the session's id.
bool is_elsewhere(const ForwardOutcome& outcome) {
  return outcome.status == ChannelStatus::ok && outcome.reply.status == HTTP_MISDIRECTED_REQUEST;
}

// When no gateway has the session, it is gone: 404. When one gateway gave no answer, that is the outcome instead,
// because the session may be there.
void settle(ForwardOutcome& outcome) {
  if (is_elsewhere(outcome)) outcome.reply.status = HTTP_NOT_FOUND;
}

// Asks the gateway that made the session's id first, so that a request waits for another gateway only when that one is
// not known. `flow` is the body of a send that is forwarded.
Told ask_gateways(request_rec* r, const protocol::TunnelRequest& request, bool may_hand_over,
                  const std::function<BodyFlow*()>& flow) {
  const ChildState& child = *server_config(r->server).child;
  const std::size_t home = child.client.door_of(request.session_id);
  Told told;
  bool has_outcome = false;
  for (std::size_t turn = 0; turn < child.client.door_count(); ++turn) {
    const std::size_t door = GatewayClient::door_in_turn(home, turn);
    const std::chrono::milliseconds patience = GatewayClient::patience_in_turn(turn);
    ForwardOutcome here;
    HandOverResult handed = HandOverResult::declined;
    if (may_hand_over) {
      HandOverOutcome offered = hand_over(r, door, request, patience);
      handed = offered.result;
      if (RequestClaim* const claim = find_claim(r); claim && handed == HandOverResult::done)
        claim->way = policy::Way::handed_over;
      told.handed_over = handed == HandOverResult::done;
      if (told.handed_over) return told;
      here.status = offered.status;
      here.reply = std::move(offered.reply);
    }
    if (handed == HandOverResult::declined) {
      may_hand_over = false;
      here = forward_request(r, door, request, flow(), patience);
    }
    if (door > 0 && here.status == ChannelStatus::lost) continue; // this gateway has finished its sessions and ended
    if (!has_outcome || is_elsewhere(told.outcome) || (here.status == ChannelStatus::ok && !is_elsewhere(here))) {
      told.outcome = std::move(here);
      told.door = door;
      has_outcome = true;
    }
    if (told.outcome.status == ChannelStatus::ok && !is_elsewhere(told.outcome)) break;
  }
  settle(told.outcome);
  return told;
}

// After a refusal, reads the rest of the body if it is short, so that requests behind it can be served. Otherwise the
// connection ends. It also ends when the client waits for 100 Continue, because such a client may or may not send the
// body now.
void leave_body(request_rec* r, RequestBody& body, protocol::Reply& reply) {
  if (!r->expecting_100) body.skip(kMostSkippedBytes);
  if (body.end() != BodyEnd::whole) reply.close = true;
}

// Takes a request to the gateway and answers the client. `body` is the unread body of a send; null for all other
// requests, whose bodies have been read. A body that another module has begun to read is in httpd's filters and must be
// read there.
int carry(request_rec* r, const protocol::TunnelRequest& request, RequestBody* body, bool body_was_begun) {
  if (RequestClaim* const claim = find_claim(r)) claim->gateway_was_asked = true;
  const policy::Way way = way_of(r);
  const bool may_hand_over = way == policy::Way::handed_over && !(body && body_was_begun);
  std::optional<BodyFlow> flow;
  Told told = ask_gateways(r, request, may_hand_over, [&]() -> BodyFlow* {
    if (body && !flow) flow.emplace(r, *body, kKeptBytes);
    return flow ? &*flow : nullptr;
  });
  if (told.handed_over) return OK;
  ForwardOutcome& outcome = told.outcome;
  if (body && body->end() == BodyEnd::not_yet) leave_body(r, *body, outcome.reply);
  if (outcome.status != ChannelStatus::ok) return answer_without_gateway(r, outcome.status, outcome.reply.close);
  if (outcome.reply.status != HTTP_OK)
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "%s: rtmpt-gateway answers %d to a %s",
                  outcome.reply.status == HTTP_NOT_FOUND ? ids::kUnknownSession : ids::kRequestRefused,
                  outcome.reply.status, std::string(protocol::to_string(request.kind)).c_str());
  if (outcome.reply.status != HTTP_OK)
    keep_no_longer();
  else if (keeps_connection_of_httpd(r))
    server_config(r->server).child->stream_places.count(r->connection);
  if (body && policy::is_bad(body->end()))
    return answer_bad_body(r, *body, policy::status_of_bad_body(body->end(), outcome.reply.status));
  const int result = answer_reply(r, outcome.reply);
  if (way == policy::Way::pumped && outcome.reply.status != HTTP_NOT_FOUND) {
    note_forwarded(r, told.door, request.session_id);
    if (outcome.reply.status == HTTP_OK && request.kind != TunnelRequestKind::close)
      offer_to_pump(r, told.door, request.session_id);
  }
  return result;
}

int answer_no_place(request_rec* r, RequestClaim& claim, ChildState& child) {
  if (const auto left_out = child.full_lines.admit(Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  "%s: no session for client %s: %" APR_SIZE_T_FMT
                  " streams keep a connection of httpd, %" APR_SIZE_T_FMT
                  " may, for the site's pages need the others. Raise MaxRequestWorkers and ServerLimit, or with MPM"
                  " event AsyncRequestWorkerFactor%s",
                  ids::kNoPlaceForStream, shown_client(r).c_str(), child.stream_places.taken(),
                  child.stream_places.most(), policy::words_for_left_out(*left_out).c_str());
  claim.refusal = "the site needs the connections of httpd that are left";
  return answer_error(r, HTTP_SERVICE_UNAVAILABLE, true);
}

// Reserve a gateway channel before mod_proxy chooses a backend, so that a missing gateway is not blamed on a healthy
// backend.
int prepare_open(request_rec* r, RequestClaim& claim) {
  ChannelStatus status = ChannelStatus::lost;
  ChildState& child = *server_config(r->server).child;
  if (const int answered = check_hops(r, claim); answered != DECLINED) return answered;
  if (keeps_connection_of_httpd(r) && !child.stream_places.take(r->connection)) return answer_no_place(r, claim, child);
  claim.patient_until = Clock::now() + local::patience::kEveryRequest;
  if (child.start_failure().empty()) claim.channel = child.client.obtain(0, status, claim.patient_until);
  if (claim.channel) return DECLINED;
  claim.gateway_failed = true;
  return answer_without_gateway(r, status);
}

// The same for a client of RTMP. The channel leads to the loop where the client waits. A gateway that retires asks too
// for a while; its tickets mean nothing to the one that takes new sessions.
int prepare_ask(request_rec* r) {
  RequestClaim* const claim = find_claim(r);
  if (!claim) return HTTP_NOT_FOUND;
  // Whatever a SetHandler for pages of this path says.
  r->handler = claim->hub ? kTunnelHandler : "proxy-server";
  leave_out_content_filters(r);
  if (const int answered = check_hops(r, *claim); answered != DECLINED) return answered;
  const ConnectionNotes& notes = connection_notes(r->connection);
  ChildState& child = *server_config(r->server).child;
  ChannelStatus status = ChannelStatus::lost;
  claim->loop = protocol::loop_of_ticket(notes.ask->ticket);
  claim->patient_until = Clock::now() + local::patience::kEveryRequest;
  if (child.start_failure().empty()) claim->channel = child.client.obtain(0, status, claim->patient_until, claim->loop);
  if (claim->channel && child.client.pid_of(0) == static_cast<std::uint32_t>(notes.asker)) return DECLINED;
  if (claim->channel) {
    child.client.give_back(0, std::move(claim->channel));
    claim->refusal = "another rtmpt-gateway takes new sessions now";
    return answer_error(r, HTTP_SERVICE_UNAVAILABLE);
  }
  claim->gateway_failed = true;
  return answer_without_gateway(r, status);
}

// A Require line that binds this request. Not deprecated for its purpose here: it says nothing about passwords.
bool has_rule(request_rec* r) {
  return ap_some_auth_required(r) != 0;
}

// Nothing has refused the ask on its way here.
int say_yes(request_rec* r) {
  RequestClaim* const claim = find_claim(r);
  if (!claim) return HTTP_NOT_FOUND;
  if (connection_notes(r->connection).ask_needs_rule && !has_rule(r)) {
    claim->refusal = "no Require line says who may publish this stream to the hub";
    return HTTP_FORBIDDEN;
  }
  leave_out_content_filters(r);
  claim->admitted = true;
  return answer_verdict(r);
}

int handle(request_rec* r) {
  if (is_open_ask(r)) return prepare_ask(r);
  if (is_verdict_ask(r)) return say_yes(r);
  RequestClaim* const claim = find_claim(r) ? find_claim(r) : claim_proxied(r);
  if (claim && claim->show_viewer) return DECLINED; // mod_proxy chooses a media server
  if (!claim || !is_clients_own(r)) {
    if (is_clients_own(r) && r->method_number == M_POST) unmark_tunnel_request(r);
    return DECLINED;
  }
  const bool body_was_begun = body_reading_has_begun(r); // by another module; asked before its filters are removed
  leave_out_content_filters(r);
  keep_connection_for_tunnel(r);
  const Framing framing = check_framing(r);
  if (framing != Framing::good) return answer_bad_framing(r, framing);
  const protocol::RtmptTarget& target = claim->parsed.target;
  const bool is_good = r->method_number == M_POST && claim->parsed.error == TargetError::none;
  RequestBody body(r, body_limit(r, server_config(r->server).effective.body_limit_bytes));
  const protocol::TunnelRequest request{target.kind, protocol::SessionId(std::string(target.session_id)),
                                        target.sequence_number};
  if (is_good && target.kind == TunnelRequestKind::send) return carry(r, request, &body, body_was_begun);
  if (!is_good || target.kind == TunnelRequestKind::ident) return answer_unserved(r, body, claim->parsed);
  body.skip(body.limit_bytes() + 1);
  if (body.end() != BodyEnd::whole) return answer_bad_body(r, body, policy::status_of(body.end()));
  if (target.kind == TunnelRequestKind::open) return prepare_open(r, *claim);
  return carry(r, request, nullptr, body_was_begun);
}

} // namespace

policy::Way way_of(request_rec* r) {
  return policy::choose_way(connection_facts(r, server_config(r->server).effective.hand_over));
}

int answer_without_gateway(request_rec* r, ChannelStatus status, bool close) {
  ChildState& child = *server_config(r->server).child;
  const std::string failure = child.start_failure();
  const std::string path = gateway_path(ap_server_conf);
  if (failure.empty()) {
    if (const auto left_out = child.unavailable_lines.admit(Clock::now()))
      ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "%s: no stream for virtual host %s: rtmpt-gateway '%s' %s%s",
                    ids::kGatewayUnavailable, r->server->server_hostname, path.c_str(),
                    std::string(to_string(status)).c_str(), policy::words_for_left_out(*left_out).c_str());
  } else {
    // The start has already logged it as an error.
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: no stream for virtual host %s: %s", ids::kNoGatewayRuns,
                  r->server->server_hostname, failure.c_str());
  }
  return answer_error(r, HTTP_SERVICE_UNAVAILABLE, close);
}

void register_tunnel_hooks(apr_pool_t*) {
  // Before mod_proxy, which serves an open after this handler, and before any handler that SetHandler may name.
  static const char* const before[] = {"mod_proxy.c", nullptr};
  ap_hook_handler(guarded<handle, HTTP_INTERNAL_SERVER_ERROR>, nullptr, before, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
