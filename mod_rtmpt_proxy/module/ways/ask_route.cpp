// SPDX-License-Identifier: Apache-2.0
#include "module/ways/ask_route.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/asks/place_config.hpp"
#include "module/asks/tls_verdict.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/as_clients_own.hpp"
#include "module/ways/ask_login.hpp"
#include "module/ways/open_target.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/site_rules.hpp"
#include "module/ways/tunnel_mark.hpp"

#include <optional>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::string_view kOpenPath = "/open/1";
constexpr std::string_view kProxyPrefix = "proxy:";

// Claims the ask for the tunnel, as an open.
RequestClaim& claim_ask(request_rec* r) {
  RequestClaim& claim = request_notes(r).claim.emplace();
  claim.parsed = {protocol::TargetError::none, {}};
  claim.parsed.target.kind = protocol::TunnelRequestKind::open;
  claim.facts.app = r->uri && *r->uri == '/' ? r->uri + 1 : "";
  claim.facts.session_name = find_ask(r->connection)->session_name;
  mark_tunnel_request(r, protocol::TunnelRequestKind::open);
  return claim;
}

int refuse(RequestClaim& claim, int status, std::string_view why) {
  claim.refusal = why;
  return status;
}

// What the subrequest found.
struct OpenTried {
  int status = HTTP_OK;
  const char* url = nullptr;          // where it would go; null: to no backend of streams
  std::optional<policy::HubName> hub; // to this hub instead
};

// Runs the rules of the site for the open of RTMPT. httpd leaves out the authorisation of a subrequest whose directory
// configuration is that of its request. Here that would leave out a <Limit POST>, so the two must differ.
OpenTried try_open(request_rec* r) {
  OpenTried tried;
  ap_conf_vector_t* const own = r->per_dir_config;
  r->per_dir_config = ap_create_per_dir_config(r->pool);
  request_rec* const open = ap_sub_req_method_uri("POST", kOpenPath.data(), r, nullptr);
  r->per_dir_config = own;
  tried.status = open->status;
  const std::string_view filename(open->filename ? open->filename : "");
  if (const RequestClaim* const claim = find_claim(open)) tried.hub = claim->hub;
  if (open->proxyreq == PROXYREQ_REVERSE && filename.starts_with(kProxyPrefix))
    tried.url = apr_pstrdup(r->pool, open->filename + kProxyPrefix.size());
  ap_destroy_sub_req(open);
  return tried;
}

int judge_host(request_rec* r, RequestClaim& claim) {
  const ServerConfig& config = server_config(r->server);
  if (!config.has_streams) return refuse(claim, HTTP_NOT_FOUND, "the virtual host carries no streams");
  if (!config.effective.accept_rtmp) return refuse(claim, HTTP_NOT_FOUND, "RTMPTAcceptRTMP is Off at the virtual host");
  if (const TlsVerdict verdict = tls_verdict(r); verdict.status != OK)
    return refuse(claim, verdict.status, verdict.reason);
  return OK;
}

int judge_rules(request_rec* r, RequestClaim& claim, const OpenTried& tried) {
  if (tried.status != HTTP_OK)
    return refuse(claim, ap_is_HTTP_ERROR(tried.status) ? tried.status : HTTP_FORBIDDEN,
                  "the rules for /open/1 refuse the client: HTTP status " + std::to_string(tried.status));
  if (!tried.hub && (!tried.url || !leads_to_backend(r->pool, proxy_config(r->server), tried.url)))
    return refuse(claim, HTTP_NOT_FOUND, "/open/1 leads to no media server");
  const std::optional<policy::PassTarget>& own = place_config(r).pass;
  if (own && !policy::leads_somewhere(*own))
    return refuse(claim, HTTP_NOT_FOUND, "the application has RTMPTProxyPass !");
  if (is_kept_from_proxies(r)) return refuse(claim, HTTP_NOT_FOUND, "the path of the application is not for proxies");
  if (const int refusal = refusal_by_translation(r); refusal != OK)
    return refuse(claim, refusal, "the rules for the path of the application refuse the client");
  if (const int refusal = refusal_without_login(r); refusal != OK) return refusal;
  if (own)
    route_to(r, *own);
  else if (tried.hub)
    route_to_hub(r, *tried.hub);
  else
    route_to_url(r, tried.url);
  return OK;
}

// A subrequest begins with the environment of its request. So it is tried before SetEnvIf has looked at the path and
// the method of the ask, which may be let in where the open of RTMPT is not.
int judge_ask(request_rec* r, RequestClaim& claim) {
  const int of_host = judge_host(r, claim);
  const OpenTried tried = of_host == OK ? try_open(r) : OpenTried{};
  set_environment(r);
  return of_host == OK ? judge_rules(r, claim, tried) : of_host;
}

// The open of RTMPT, as the hook for opens treats one of the client's own. On a host with plain ProxyPass httpd's own
// order of hooks holds.
int translate_open(request_rec* r) {
  const policy::EffectiveSettings& settings = server_config(r->server).effective;
  mark_tunnel_request(r, protocol::TunnelRequestKind::open);
  set_environment_of_subrequest(r);
  if (!settings.claims_streams()) return translate_by_others(r);
  const policy::PassTarget& target = choose_target(r, settings);
  if (!policy::leads_somewhere(target) || is_kept_from_proxies(r)) return HTTP_NOT_FOUND;
  claim_request(r);
  if (const int refusal = refusal_by_translation(r); refusal != OK) return refusal;
  route_to(r, target);
  return OK;
}

int translate_ask(request_rec* r) {
  if (is_open_ask(r)) return judge_ask(r, claim_ask(r));
  if (!is_open_of_ask(r)) return DECLINED;
  const AsClientsOwn sent_by_client(r);
  return translate_open(r);
}

// Before mod_proxy, which takes the path of a request for ProxyPass with mapping= as it is, encoded: rules would then
// not find the path that they are about.
int keep_path_decodable(request_rec* r) {
  return purpose_of(r) == AskPurpose::none ? DECLINED : refusal_before_translation(r);
}

int read_ask(request_rec* r) {
  if (is_open_ask(r)) put_off_environment(r);
  return DECLINED;
}

} // namespace

bool is_open_of_ask(const request_rec* r) {
  return r->main && is_open_ask(r->main) && r->method_number == M_POST && r->uri && kOpenPath == r->uri;
}

void register_ask_route_hooks(apr_pool_t*) {
  // Before mod_setenvif.
  ap_hook_post_read_request(guarded<read_ask, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_pre_translate_name(guarded<keep_path_decodable, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                             APR_HOOK_REALLY_FIRST);
  // Before all others, as the hook for the opens of RTMPT.
  ap_hook_translate_name(guarded<translate_ask, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
