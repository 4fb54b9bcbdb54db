// SPDX-License-Identifier: Apache-2.0
#include "module/ways/route_hook.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/as_clients_own.hpp"
#include "module/ways/ask_route.hpp"
#include "module/ways/open_target.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/site_rules.hpp"
#include "module/ways/tunnel_mark.hpp"

namespace rtmpt_proxy::apache {

namespace {

using protocol::TargetError;
using protocol::TunnelRequestKind;

// Leaves the request to httpd's other handlers. It may have been marked as a stream's before httpd normalised its path,
// or before its route was known.
int leave_to_site(request_rec* r) {
  unmark_tunnel_request(r);
  return DECLINED;
}

int translate_name(request_rec* r) {
  if (r->method_number != M_POST || !is_clients_own(r)) return DECLINED;
  const policy::EffectiveSettings& settings = server_config(r->server).effective;
  if (!settings.claims_streams()) return DECLINED;
  const protocol::TargetResult asked = tunnel_target(r);
  if (asked.error == TargetError::not_a_tunnel_target) return leave_to_site(r);
  // Only an open needs a route. Other requests are claimed whatever their headers are, because a client need not repeat
  // the header that chose the route.
  const policy::PassTarget* const target = is_open(asked) ? &choose_target(r, settings) : nullptr;
  if (target && !policy::leads_somewhere(*target)) return leave_to_site(r);
  if (is_kept_from_proxies(r)) return leave_to_site(r);
  claim_request(r);
  if (const int refusal = refusal_by_translation(r); refusal != OK) return refusal;
  if (target) {
    route_to(r, *target);
  } else {
    r->filename = apr_pstrdup(r->pool, "rtmpt:tunnel"); // no file of the site has such a name
    r->handler = kTunnelHandler;
  }
  return OK;
}

// On a host with plain ProxyPass there is no claim yet, so httpd's own order of hooks holds.
int ask_location_rules(request_rec* r) {
  const bool is_claimed = find_claim(r) != nullptr;
  if (is_open_of_ask(r)) {
    const AsClientsOwn sent_by_client(r);
    return is_claimed ? refusal_by_location_rules(r, {r->filename}) : obey_location_rules(r);
  }
  if (!is_claimed || !is_clients_own(r)) return DECLINED;
  const AskPurpose purpose = purpose_of(r);
  const bool is_of_viewer = find_claim(r)->watch.has_value();
  if (purpose == AskPurpose::none && !is_of_viewer) return refusal_by_location_rules(r, {r->filename});
  // An ask or a viewer has no file: what a page of this path would have, and the path itself, are what a rule can mean.
  char* const page = apr_pstrcat(r->pool, ap_document_root(r), r->uri, nullptr);
  if (purpose == AskPurpose::open) return refusal_by_location_rules(r, {page, r->uri, r->filename});
  return refusal_by_location_rules(r, {page, r->uri});
}

// No file stands behind a request of the tunnel, so no <Directory> or <Files> applies; <Location> does.
int map_to_storage(request_rec* r) {
  return find_claim(r) && r->proxyreq == PROXYREQ_NONE ? OK : DECLINED;
}

} // namespace

bool finds_route(request_rec* r) {
  const policy::EffectiveSettings& settings = server_config(r->server).effective;
  const policy::RouteChoice& choice = choose_route(r, settings.routes);
  return policy::leads_somewhere(choice.route ? choice.route->target : settings.pass);
}

void register_route_hooks(apr_pool_t*) {
  // Before all others: mod_rewrite, mod_alias and mod_proxy would send a tunnel request to the site's own handlers.
  // translate_name() asks them itself.
  ap_hook_translate_name(guarded<translate_name, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // Before the core walks directories for a file.
  ap_hook_map_to_storage(guarded<map_to_storage, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // Before mod_rewrite and mod_alias act on the rules of a <Location>.
  ap_hook_fixups(guarded<ask_location_rules, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
