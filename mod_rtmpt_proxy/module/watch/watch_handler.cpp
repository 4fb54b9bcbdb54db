// SPDX-License-Identifier: Apache-2.0
#include "module/watch/watch_handler.hpp"

#include "local/patience.hpp"
#include "module/asks/place_config.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/tunnel/open_answer.hpp"
#include "module/tunnel/tunnel_handler.hpp"
#include "module/watch/list_handler.hpp"
#include "module/watch/play_rules.hpp"
#include "module/watch/preflight.hpp"
#include "module/watch/viewer_hand_over.hpp"
#include "module/watch/viewer_refusal.hpp"
#include "module/watch/watch_route.hpp"
#include "module/ways/answer.hpp"
#include "module/ways/connection_facts.hpp"
#include "module/ways/hand_over.hpp"
#include "module/ways/open_target.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/watch/watch_head.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <apr_base64.h>
#include <apr_sha1.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kRetryAfterSeconds = "5"; // as long as the player waits between its attempts

policy::UpgradeFacts upgrade_facts(request_rec* r) {
  return {r->proto_num == HTTP_VERSION(1, 1) && !r->connection->master,
          ap_find_token(r->pool, apr_table_get(r->headers_in, "Connection"), "upgrade") != 0, header_of(r, "Upgrade"),
          header_of(r, "Sec-WebSocket-Version"), header_of(r, "Sec-WebSocket-Key")};
}

// Sec-WebSocket-Accept (RFC 6455, 4.2.2).
std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  apr_sha1_ctx_t context;
  std::array<unsigned char, APR_SHA1_DIGESTSIZE> digest{};
  apr_sha1_init(&context);
  apr_sha1_update(&context, text.data(), static_cast<unsigned int>(text.size()));
  apr_sha1_final(digest.data(), &context);
  std::array<char, 64> encoded{};
  apr_base64_encode_binary(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return encoded.data();
}

// The rule may have said why.
int refuse_play(request_rec* r, int status) {
  const std::string& own = find_claim(r)->refusal;
  const std::string why = "the rules for PLAY refuse it" + (own.empty() ? std::string() : ": " + own);
  return refuse_viewer(r, status, why.c_str());
}

// The place of the stream, a <Location>, may have another hub, or other media servers, than the virtual host. False:
// its streams cannot be watched.
bool obey_own_pass(request_rec* r, RequestClaim& claim) {
  const std::optional<policy::PassTarget>& own = place_config(r).pass;
  return !own || note_watched(r, claim, *own);
}

bool has_body(const request_rec* r) {
  const std::string_view length = header_of(r, "Content-Length");
  return apr_table_get(r->headers_in, "Transfer-Encoding") || (!length.empty() && length != "0");
}

// A browser repeats such a request over HTTP/1.1 by itself: a live answer would keep one of the few requests that
// mod_http2 works on at a time.
int send_back_to_http_1_1(request_rec* r) {
  apr_table_setn(r->notes, "ssl-renegotiate-forbidden", "verify-client");
  return refuse_viewer(r, HTTP_FORBIDDEN, "a stream is not sent over HTTP/2, and the client is told to use HTTP/1.1");
}

// HEAD is the question of a page whose WebSocket has failed: a browser does not tell it with what status.
bool is_offered(const request_rec* r, const policy::WatchSetting& watch, bool is_websocket) {
  if (r->header_only) return watch.flv || watch.websocket;
  return is_websocket ? watch.websocket : watch.flv;
}

// What the answer 426 must name (RFC 9110, 15.5.22; RFC 6455, 4.4).
void say_what_upgrade(request_rec* r) {
  apr_table_setn(r->err_headers_out, "Sec-WebSocket-Version", "13");
  apr_table_setn(r->err_headers_out, "Upgrade", "websocket");
  apr_table_setn(r->err_headers_out, "Connection", "Upgrade");
}

// Without its admission.
protocol::HandOverViewer viewer_of(request_rec* r, const policy::OriginVerdict& origin, bool is_websocket) {
  const RequestClaim& claim = *find_claim(r);
  protocol::HandOverViewer viewer;
  viewer.app = claim.watch->app;
  viewer.stream_name = claim.watch->stream_name;
  if (is_websocket) {
    viewer.framing = protocol::ViewerFraming::websocket;
    viewer.head = policy::websocket_head(accept_of(header_of(r, "Sec-WebSocket-Key")));
    return viewer;
  }
  const bool is_chunked = r->proto_num >= HTTP_VERSION(1, 1);
  viewer.framing = is_chunked ? protocol::ViewerFraming::chunked : protocol::ViewerFraming::until_close;
  viewer.head =
      policy::flv_head(is_chunked ? policy::WatchFraming::chunked : policy::WatchFraming::until_close, origin);
  return viewer;
}

protocol::Admission admission_to_hub(request_rec* r, const policy::HubName& hub) {
  protocol::Admission message = admission_of(r);
  message.backend_name = policy::to_string(hub);
  message.backend = policy::hub_address(hub, server_config(r->server).hop_name);
  return message;
}

// Viewers go to the newest gateway. A client that an older one relays is not its to take.
bool newest_gateway_has_client(request_rec* r) {
  constexpr std::size_t kNewest = 0;
  GatewayClient& client = server_config(r->server).child->client;
  return has_client(r->connection, client, kNewest, Clock::now() + local::patience::kEveryRequest,
                    find_claim(r)->channel != nullptr);
}

// A connection with an intermediary in sight may carry other people's requests as well, but after this one it carries
// none: the answer ends with it.
int take_viewer(request_rec* r, protocol::HandOverViewer viewer, Terms terms, protocol::GatewayMessage& answer) {
  if (r->header_only) return answer_head(r, std::move(viewer), std::move(terms), answer);
  policy::ConnectionFacts facts = connection_facts(r, server_config(r->server).effective.hand_over);
  facts.intermediary_in_sight = false;
  const policy::Way way = policy::choose_way(facts);
  const bool is_relayed = facts.transport == policy::Transport::relayed; // the gateway's own TLS, and httpd's inside it
  if (way == policy::Way::handed_over && (!is_relayed || newest_gateway_has_client(r)))
    return hand_over_viewer(r, std::move(viewer), std::move(terms), answer);
  if (way == policy::Way::pumped || (is_relayed && server_config(r->server).child->pump))
    return pump_viewer(r, std::move(viewer), std::move(terms), answer);
  if (viewer.framing != protocol::ViewerFraming::websocket)
    return forward_viewer(r, std::move(viewer), std::move(terms), answer);
  return refuse_viewer(r, HTTP_SERVICE_UNAVAILABLE,
                       "a WebSocket needs a connection without TLS, or MPM event, and RTMPTHandOver On");
}

// mod_proxy chooses the media server, as for an open; the handler of its scheme calls back.
int ask_mod_proxy(request_rec* r, RequestClaim& claim, protocol::HandOverViewer viewer) {
  const std::string target = policy::to_string(*claim.watched_server);
  claim.show_viewer = [r, viewer = std::move(viewer)](const protocol::Admission& admission, Terms terms,
                                                      protocol::GatewayMessage& answer) {
    protocol::HandOverViewer complete = viewer;
    complete.admission = admission;
    return take_viewer(r, std::move(complete), std::move(terms), answer);
  };
  route_to_url(r, (target + "/open/1").c_str());
  return DECLINED;
}

int serve(request_rec* r, RequestClaim& claim) {
  if (!obey_own_pass(r, claim))
    return refuse_viewer(r, HTTP_NOT_FOUND, "RTMPTProxyPass of its place names no hub, and no server with cache=on");
  if (claim.hub) claim.facts.backend_name = policy::to_string(*claim.hub);
  const ServerConfig& config = server_config(r->server);
  const policy::OriginVerdict origin = origin_verdict(r);
  if (!origin.is_allowed)
    return refuse_viewer(r, HTTP_FORBIDDEN, "its page is of a site that RTMPTAllowOrigin does not name");
  if (has_body(r)) return refuse_viewer(r, HTTP_BAD_REQUEST, "its request has a body");
  if (r->connection->master && !r->header_only) return send_back_to_http_1_1(r);
  const policy::UpgradeFacts upgrade = upgrade_facts(r);
  const bool is_websocket = policy::wants_websocket(upgrade);
  if (!is_offered(r, config.effective.watch, is_websocket))
    return refuse_viewer(r, HTTP_NOT_FOUND, "RTMPTWatch does not name this form");
  const int status = is_websocket ? policy::status_of_upgrade(upgrade) : HTTP_SWITCHING_PROTOCOLS;
  if (status == HTTP_UPGRADE_REQUIRED) say_what_upgrade(r);
  if (status != HTTP_SWITCHING_PROTOCOLS)
    return refuse_viewer(r, status, "its upgrade is none to WebSocket of version 13");
  if (config.effective.terms.authorize_streams)
    if (const int refusal = refusal_by_play_rules(r, *claim.watch); refusal != OK) return refuse_play(r, refusal);
  if (!config.child || !config.child->start_failure().empty()) return answer_without_gateway(r, ChannelStatus::lost);
  protocol::HandOverViewer viewer = viewer_of(r, origin, is_websocket);
  if (!claim.hub) return ask_mod_proxy(r, claim, std::move(viewer));
  viewer.admission = admission_to_hub(r, *claim.hub);
  protocol::GatewayMessage unused;
  return take_viewer(r, std::move(viewer), Terms(local::patience::kTake), unused);
}

// Whatever is full or missing: a player that asks again at once only adds to it.
int watch(request_rec* r) {
  RequestClaim* const claim = find_claim(r);
  if (!claim || !claim->watch || !is_clients_own(r)) return DECLINED;
  const int status = serve(r, *claim);
  if (status == HTTP_SERVICE_UNAVAILABLE && !apr_table_get(r->err_headers_out, "Retry-After"))
    apr_table_setn(r->err_headers_out, "Retry-After", kRetryAfterSeconds);
  return status;
}

} // namespace

void register_watch_hooks(apr_pool_t* pool) {
  register_watch_route_hooks(pool);
  register_preflight_hooks(pool);
  register_list_hooks(pool);
  register_play_rule_hooks(pool);
  // Before the handler of tunnel requests, which takes every claim for its own.
  ap_hook_handler(guarded<watch, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST - 1);
}

} // namespace rtmpt_proxy::apache
