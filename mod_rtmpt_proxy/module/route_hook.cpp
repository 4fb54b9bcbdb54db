#include "route_hook.hpp"

#include "hook_guard.hpp"
#include "request_claim.hpp"
#include "server_config.hpp"

namespace rtmpt_proxy::apache {

namespace {

using protocol::TargetError;
using protocol::TunnelRequestKind;

// mod_proxy serves an open like any request to a backend: <Location>, Require, <Proxy> and the access log apply.
void route_to_backend(request_rec* r, const policy::BackendUrl& backend) {
  r->filename = apr_pstrcat(r->pool, "proxy:", policy::to_string(backend).c_str(), "/open/1", nullptr);
  r->handler = "proxy-server";
  r->proxyreq = PROXYREQ_REVERSE;
}

int translate_name(request_rec* r) {
  if (r->method_number != M_POST || !is_clients_own(r)) return DECLINED;
  const EffectiveSettings& settings = server_config(r->server).effective;
  if (!settings.backend || !protocol::is_tunnel_target(raw_target(r))) return DECLINED;
  const RequestClaim& claim = claim_request(r);
  if (claim.parsed.error == TargetError::none && claim.parsed.target.kind == TunnelRequestKind::open) {
    route_to_backend(r, *settings.backend);
  } else {
    r->filename = apr_pstrdup(r->pool, "rtmpt:tunnel"); // no file of the site has such a name
    r->handler = "rtmpt-tunnel";
  }
  return OK;
}

// No file stands behind a request of the tunnel, so no <Directory> or <Files> applies; <Location> does.
int map_to_storage(request_rec* r) {
  return find_claim(r) && r->proxyreq == PROXYREQ_NONE ? OK : DECLINED;
}

} // namespace

void register_route_hooks(apr_pool_t*) {
  // Before everybody: mod_rewrite, mod_alias and mod_proxy would send a tunnel request to the site's own handlers.
  ap_hook_translate_name(guarded<translate_name, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // Before the core walks directories for a file.
  ap_hook_map_to_storage(guarded<map_to_storage, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
