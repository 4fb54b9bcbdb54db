// SPDX-License-Identifier: Apache-2.0
#include "module/ways/verdict_ask.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/asks/place_config.hpp"
#include "module/asks/tls_verdict.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/ask_login.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/site_rules.hpp"
#include "module/ways/tunnel_mark.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// What logs and httpd's own messages call it in the place of a file: no file has such a name, and it tells no secret.
struct VerdictWords {
  const char* variable;
  const char* filename;
  protocol::StreamKind kind;
};

VerdictWords words_of(const request_rec* r) {
  switch (purpose_of(r)) {
  case AskPurpose::publish: return {"publish", "rtmpt:publish", protocol::StreamKind::publish};
  case AskPurpose::play: return {"play", "rtmpt:play", protocol::StreamKind::play};
  default: return {"connect", "rtmpt:connect", protocol::StreamKind::none};
  }
}

int refuse_verdict(RequestClaim& claim, int status, std::string_view why) {
  claim.refusal = why;
  return status;
}

// Whether the application has a media server of its own, to which an open of RTMPT could not lead.
bool leads_elsewhere(const request_rec* r) {
  const std::optional<policy::PassTarget>& own = place_config(r).pass;
  if (!own) return false;
  const policy::EffectiveSettings& host = server_config(r->server).effective;
  return *own != host.pass && std::none_of(host.routes.begin(), host.routes.end(),
                                           [&](const policy::HeaderRoute& route) { return route.target == *own; });
}

int judge_stream(request_rec* r, RequestClaim& claim) {
  if (!reaches_own_host(r))
    return refuse_verdict(claim, HTTP_MISDIRECTED_REQUEST, "the session is at another virtual host");
  if (!server_config(r->server).has_streams)
    return refuse_verdict(claim, HTTP_NOT_FOUND, "the virtual host carries no streams");
  if (const TlsVerdict verdict = tls_verdict_of_session(r); verdict.status != OK)
    return refuse_verdict(claim, verdict.status, verdict.reason);
  if (is_kept_from_proxies(r)) return refuse_verdict(claim, HTTP_NOT_FOUND, "the path is not for proxies");
  if (const int refusal = refusal_by_translation(r); refusal != OK)
    return refuse_verdict(claim, refusal, "the rules for the path refuse the client");
  if (purpose_of(r) != AskPurpose::connect) return OK;
  if (leads_elsewhere(r))
    return refuse_verdict(claim, HTTP_NOT_FOUND,
                          "RTMPTProxyPass of the application leads to another media server, which clients of RTMPT do"
                          " not reach: they name no application when they open");
  return refusal_without_login(r);
}

// Before SetEnvIf looks, as every request of the tunnel.
int mark_verdict_ask(request_rec* r) {
  if (is_verdict_ask(r)) apr_table_setn(r->subprocess_env, kTunnelVariable, words_of(r).variable);
  return DECLINED;
}

int translate_verdict_ask(request_rec* r) {
  if (!is_verdict_ask(r)) return DECLINED;
  const VerdictWords words = words_of(r);
  RequestClaim& claim = request_notes(r).claim.emplace();
  claim.parsed = {protocol::TargetError::not_a_tunnel_target, {}};
  claim.facts.session_name = find_ask(r->connection)->session_name;
  claim.facts.kind = words.kind;
  r->handler = "rtmpt-ask"; // so that no FallbackResource takes it
  const int verdict = judge_stream(r, claim);
  r->filename = apr_pstrdup(r->pool, words.filename); // not earlier: mod_rewrite compares it where there is one
  return verdict;
}

} // namespace

bool reaches_own_host(const request_rec* r) {
  const char* const wanted = find_connection_notes(r->connection)->ask_vhost;
  return wanted && server_config(r->server).vhost_key.text() == wanted;
}

void register_verdict_ask_hooks(apr_pool_t*) {
  ap_hook_post_read_request(guarded<mark_verdict_ask, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                            APR_HOOK_REALLY_FIRST + 1);
  // Before all others: mod_rewrite, mod_alias and mod_proxy would send it to the site's own handlers.
  ap_hook_translate_name(guarded<translate_verdict_ask, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                         APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
