// SPDX-License-Identifier: Apache-2.0
#include "module/ways/open_target.hpp"

#include "module/child/child_state.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"

namespace rtmpt_proxy::apache {

// When a header came several times, httpd has joined the values with commas.
const policy::RouteChoice& choose_route(request_rec* r, const policy::HeaderRoutes& routes) {
  return request_notes(r).route.choose(routes, [r](const std::string& header) -> std::optional<std::string_view> {
    const char* const value = apr_table_get(r->headers_in, header.c_str());
    return value ? std::optional<std::string_view>(value) : std::nullopt;
  });
}

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

void route_to_url(request_rec* r, const char* url) {
  r->filename = apr_pstrcat(r->pool, "proxy:", url, nullptr);
  r->handler = "proxy-server";
  r->proxyreq = PROXYREQ_REVERSE;
}

void route_to_hub(request_rec* r, const policy::HubName& hub) {
  r->filename = apr_pstrcat(r->pool, "rtmpt:", policy::to_string(hub).c_str(), nullptr); // no file has such a name
  r->handler = kTunnelHandler;
  find_claim(r)->hub = hub;
}

void route_to(request_rec* r, const policy::PassTarget& target) {
  if (const auto* const hub = std::get_if<policy::HubName>(&target)) return route_to_hub(r, *hub);
  route_to_url(r, (policy::to_string(target) + "/open/1").c_str());
}

} // namespace rtmpt_proxy::apache
