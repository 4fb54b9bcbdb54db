#include "module/ways/route_hook.hpp"

#include "module/child/child_state.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/site_rules.hpp"
#include "module/ways/tunnel_mark.hpp"

namespace rtmpt_proxy::apache {

namespace {

using protocol::TargetError;
using protocol::TunnelRequestKind;

// When a header came several times, httpd has joined the values with commas.
const policy::RouteChoice& choose_route(request_rec* r, const policy::HeaderRoutes& routes) {
  return request_notes(r).route.choose(routes, [r](const std::string& header) -> std::optional<std::string_view> {
    const char* const value = apr_table_get(r->headers_in, header.c_str());
    return value ? std::optional<std::string_view>(value) : std::nullopt;
  });
}

// The target of this open: that of the first route that matches, else RTMPTProxyPass.
const policy::PassTarget& choose_target(request_rec* r, const policy::EffectiveSettings& settings) {
  const policy::RouteChoice& choice = choose_route(r, settings.routes);
  for (const policy::HeaderRoute* route : choice.given_up)
    if (const auto left_out = server_config(r->server).child->pattern_lines.admit(route->pattern->text(), Clock::now()))
      ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                    "%s: RTMPTProxyPassMatch %s '%.100s' takes too long for the value of this request: it counts as not"
                    " matching%s",
                    ids::kPatternGaveUp, route->header.c_str(), route->pattern->text().c_str(),
                    policy::words_for_left_out(*left_out).c_str());
  return choice.route ? choice.route->target : settings.pass;
}

// mod_proxy serves an open like any request to a backend: <Location>, Require, <Proxy> and the access log apply.
void route_to(request_rec* r, const policy::PassTarget& target) {
  r->filename = apr_pstrcat(r->pool, "proxy:", policy::to_string(target).c_str(), "/open/1", nullptr);
  r->handler = "proxy-server";
  r->proxyreq = PROXYREQ_REVERSE;
}

// Leaves the request to httpd's other handlers. It may have been marked as a stream's before httpd normalised its path,
// or before its route was known.
int leave_to_site(request_rec* r) {
  unmark_tunnel_request(r);
  return DECLINED;
}

int translate_name(request_rec* r);
constexpr auto kTranslateName = guarded<translate_name, HTTP_INTERNAL_SERVER_ERROR>;

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
  if (const int refusal = refusal_by_translation(r, kTranslateName); refusal != OK) return refusal;
  if (target) {
    route_to(r, *target);
  } else {
    r->filename = apr_pstrdup(r->pool, "rtmpt:tunnel"); // no file of the site has such a name
    r->handler = "rtmpt-tunnel";
  }
  return OK;
}

// On a host with plain ProxyPass there is no claim yet, so httpd's own order of hooks holds.
int ask_location_rules(request_rec* r) {
  return find_claim(r) && is_clients_own(r) ? refusal_by_location_rules(r) : DECLINED;
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
  ap_hook_translate_name(kTranslateName, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // Before the core walks directories for a file.
  ap_hook_map_to_storage(guarded<map_to_storage, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // Before mod_rewrite and mod_alias act on the rules of a <Location>.
  ap_hook_fixups(guarded<ask_location_rules, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
