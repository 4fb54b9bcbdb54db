// SPDX-License-Identifier: Apache-2.0
#include "module/ways/refused_open.hpp"

#include "local/patience.hpp"
#include "module/asks/ask_methods.hpp"
#include "module/child/child_state.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/ways/ask_login.hpp"
#include "module/ways/request_claim.hpp"

namespace rtmpt_proxy::apache {

namespace {

// On a host with plain ProxyPass a request is claimed only when it is served. So an open that was refused before has no
// claim.
bool is_unclaimed_open(request_rec* r) {
  const std::string_view filename(r->filename ? r->filename : "");
  return r->proxyreq == PROXYREQ_REVERSE && filename.starts_with("proxy:") &&
         leads_to_backend(r->pool, proxy_config(r->server), r->filename + 6) && is_open(tunnel_target(r));
}

bool is_refused_open(request_rec* r, const RequestClaim* claim) {
  if ((r->method_number != M_POST && !is_open_ask(r)) || !is_clients_own(r)) return false;
  if (is_open_ask(r) && asks_for_login(r)) return false;
  if (!claim && is_open_ask(r)) return true;
  if (!claim) return is_unclaimed_open(r);
  // When the gateway did not answer, nobody can write the line; the error log says so.
  return is_open(claim->parsed) && !claim->admitted && !claim->gateway_failed;
}

protocol::OpenRefused refusal(request_rec* r, const RequestClaim* claim) {
  protocol::OpenRefused message;
  message.server_name = r->server->server_hostname ? r->server->server_hostname : "";
  message.session_log = server_config(r->server).session_log;
  message.client_address = shown_client(r);
  message.user = r->user ? r->user : "";
  message.over_tls = std::string_view(ap_http_scheme(r)) == "https";
  message.speaks_rtmp = is_open_ask(r);
  if (const protocol::AskPreamble* const ask = find_ask(r->connection)) message.session_name = ask->session_name;
  if (claim) {
    message.backend_name = claim->facts.backend_name;
    message.detail = claim->refusal;
  }
  if (message.detail.empty()) message.detail = "HTTP status " + std::to_string(final_status(r));
  return message;
}

int log_refusal(request_rec* r) {
  ServerConfig& config = server_config(r->server);
  if (config.session_log.empty() || !config.child) return DECLINED;
  RequestClaim* const claim = find_claim(r);
  if (!is_refused_open(r, claim) || !config.child->start_failure().empty()) return DECLINED;
  GatewayClient& client = config.child->client;
  Conversation conversation = client.exchange(0, refusal(r, claim), local::patience::kRefusalNoted,
                                              claim ? std::move(claim->channel) : nullptr);
  if (conversation.status == ChannelStatus::ok && !std::holds_alternative<protocol::Done>(conversation.answer))
    conversation.status = ChannelStatus::misplaced;
  if (conversation.status == ChannelStatus::ok) {
    client.give_back(0, std::move(conversation.channel));
    return DECLINED;
  }
  if (const auto left_out = config.child->unlogged_refusal_lines.admit(Clock::now()))
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  "%s: the session log has no line of a refused open of virtual host %s: rtmpt-gateway %s%s",
                  ids::kRefusalNotLogged, r->server->server_hostname,
                  std::string(to_string(conversation.status)).c_str(), policy::words_for_left_out(*left_out).c_str());
  return DECLINED;
}

} // namespace

void register_refused_open_hooks(apr_pool_t*) {
  // No order: it changes nothing that other logs look at.
  ap_hook_log_transaction(guarded<log_refusal, DECLINED>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
