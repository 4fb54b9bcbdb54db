// SPDX-License-Identifier: Apache-2.0
#include "module/tunnel/open_answer.hpp"

#include "local/patience.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/core/socket_address.hpp"
#include "module/pump/pump_offer.hpp"
#include "module/tunnel/tunnel_handler.hpp"
#include "module/ways/answer.hpp"
#include "module/ways/connection_facts.hpp"
#include "module/ways/hand_over.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/routing/refusals.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

// Level notice, not error: the administrator has set the limit, and a client may ask as often as it likes.
void log_limit(request_rec* r, protocol::Refusal reason) {
  const protocol::SessionTerms& terms = server_config(r->server).effective.terms;
  if (reason == protocol::Refusal::too_many_sessions)
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  "%s: no session for client %s: virtual host %s has the %u sessions of RTMPTMaxSessions",
                  ids::kTooManySessions, shown_client(r).c_str(), r->server->server_hostname, terms.max_sessions);
  else
    ap_log_rerror(
        APLOG_MARK, APLOG_NOTICE, 0, r,
        "%s: no session for client %s: it has the %u sessions of RTMPTMaxSessionsPerClient at virtual host %s",
        ids::kTooManySessionsOfClient, shown_client(r).c_str(), terms.max_sessions_per_client,
        r->server->server_hostname);
}

// At a limited rate: a banned client tries again and again.
int refuse_banned(request_rec* r) {
  if (const auto left_out = server_config(r->server).child->refused_rtmp_lines.admit(r->useragent_ip, Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  "%s: no session for client %s: it is banned at virtual host %s, see rtmptctl bans%s",
                  ids::kClientBanned, shown_client(r).c_str(), r->server->server_hostname,
                  policy::words_for_left_out(*left_out).c_str());
  return answer_error(r, HTTP_FORBIDDEN);
}

} // namespace

protocol::Admission admission_of(request_rec* r) {
  const ServerConfig& config = server_config(r->server);
  protocol::Admission message;
  message.vhost_key = config.vhost_key;
  message.server_name = r->server->server_hostname ? r->server->server_hostname : "";
  message.session_log = config.session_log;
  message.client_address = r->useragent_ip;
  message.user = r->user ? r->user : "";
  message.over_tls = std::string_view(ap_http_scheme(r)) == "https";
  message.terms = config.effective.terms;
  const std::optional<protocol::Endpoint> source = endpoint_of(r->useragent_addr);
  const std::optional<protocol::Endpoint> destination = endpoint_of(r->connection->local_addr);
  if (source && destination) message.client = {*source, *destination};
  const protocol::AskPreamble* const ask = find_ask(r->connection);
  if (ask) message.ticket = ask->ticket;
  // A relay's inner TLS has the version and the cipher of the client's own. An ask has no TLS, and the gateway knows
  // the client's.
  if (message.over_tls && !ask) message.tls_facts = tls_facts(r->connection);
  if (const char* const host = request_notes(r).host) message.host = host;
  return message;
}

int welcome(request_rec* r, const protocol::SessionId& session_id, ChannelLease channel) {
  if (find_ask(r->connection)) { // the gateway has the client itself, and waits for the verdict alone
    server_config(r->server).child->client.give_back(0, std::move(channel));
    return answer_verdict(r);
  }
  const policy::Way way = way_of(r);
  RequestClaim& claim = *find_claim(r);
  claim.way = policy::Way::forwarded;
  if (way == policy::Way::handed_over) {
    const protocol::TunnelRequest request{protocol::TunnelRequestKind::open, session_id, std::nullopt};
    const HandOverOutcome outcome = hand_over(r, 0, request, local::patience::kEveryRequest, std::move(channel));
    if (outcome.result == HandOverResult::done) claim.way = policy::Way::handed_over;
    if (outcome.result == HandOverResult::done) return OK;
    if (outcome.result == HandOverResult::answered) return answer_reply(r, outcome.reply);
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "%s: the connection of a new session stays with httpd",
                  ids::kHandOverDeclined);
  }
  server_config(r->server).child->client.give_back(0, std::move(channel));
  const int result = answer_session_id(r, session_id);
  if (way == policy::Way::pumped) offer_to_pump(r, 0, session_id);
  return result;
}

// mod_proxy must not see a failure.
int answer_refusal(request_rec* r, const protocol::Refused& refused) {
  const policy::OpenFault fault = policy::fault_of(refused.reason);
  if (fault == policy::OpenFault::ban) return refuse_banned(r);
  if (fault == policy::OpenFault::limit) {
    log_limit(r, refused.reason);
  } else if (fault == policy::OpenFault::client) {
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "%s: no session for virtual host %s: its client has left",
                  ids::kGatewayRefused, r->server->server_hostname);
  } else if (fault == policy::OpenFault::gateway_full) {
    // The gateway has already logged it as an error, for all children at once.
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: no session for virtual host %s: rtmpt-gateway is full: %s",
                  ids::kGatewayRefused, r->server->server_hostname, refused.detail.c_str());
  } else if (const auto left_out = server_config(r->server).child->refused_lines.admit(Clock::now())) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  "%s: no session for virtual host %s: rtmpt-gateway takes no new sessions%s%s%s", ids::kGatewayRefused,
                  r->server->server_hostname, refused.detail.empty() ? "" : ": ", refused.detail.c_str(),
                  policy::words_for_left_out(*left_out).c_str());
  }
  return answer_error(r, HTTP_SERVICE_UNAVAILABLE);
}

std::string words_for(const protocol::Refused& refused) {
  std::string words(protocol::to_string(refused.reason));
  if (!refused.detail.empty()) words += ": " + refused.detail;
  return words;
}

} // namespace rtmpt_proxy::apache
