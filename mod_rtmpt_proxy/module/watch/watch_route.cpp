// SPDX-License-Identifier: Apache-2.0
#include "module/watch/watch_route.hpp"

#include "module/asks/place_config.hpp"
#include "module/balancer/cached_workers.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/watch/origin_headers.hpp"
#include "module/ways/open_target.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/site_rules.hpp"
#include "module/ways/stream_request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

bool is_switched_on(const request_rec* r) {
  const policy::WatchSetting& watch = server_config(r->server).effective.watch;
  return (watch.flv || watch.websocket) && is_clients_own(r) && !find_ask(r->connection);
}

// Streams of media servers are watched where the gateway fetches them.
bool can_be_watched(const request_rec* r, const policy::PassTarget& pass) {
  return std::holds_alternative<policy::HubName>(pass) ||
         (policy::leads_somewhere(pass) && may_be_cached(r->server, policy::to_string(pass)));
}

// The place of the stream may have a hub although the virtual host has none. httpd has found its <Location> before it
// translates the path.
policy::PassTarget target_of(request_rec* r) {
  const std::optional<policy::PassTarget>& own = place_config(r).pass;
  return own && can_be_watched(r, *own) ? *own : choose_target(r, server_config(r->server).effective);
}

std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Such a file goes first. One of another name is the program to which the site sends all that it has no file for.
bool is_file_of_site(request_rec* r) {
  const char* const name = file_by_others(r);
  apr_finfo_t info;
  return name && last_segment(name) == last_segment(r->uri) &&
         apr_stat(&info, name, APR_FINFO_TYPE, r->pool) == APR_SUCCESS && info.filetype == APR_REG;
}

int translate_name(request_rec* r) {
  if (r->method_number != M_GET || !is_switched_on(r)) return DECLINED;
  std::optional<policy::WatchTarget> target = policy::watch_target(r->uri ? r->uri : "");
  if (!target) return DECLINED;
  const policy::PassTarget pass = target_of(r);
  if (!can_be_watched(r, pass) || is_file_of_site(r)) return DECLINED;
  RequestClaim& claim = request_notes(r).claim.emplace();
  claim.parsed = {protocol::TargetError::not_a_tunnel_target, {}};
  note_watched(r, claim, pass);
  claim.facts.app = target->app;
  claim.facts.stream_name = target->stream_name;
  claim.facts.kind = protocol::StreamKind::play;
  claim.watch = std::move(target);
  hide_query_of(r);
  set_origin_headers(r);
  apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
  apr_table_setn(r->subprocess_env, "no-gzip", "1");
  apr_table_setn(r->subprocess_env, "no-brotli", "1");
  const int refusal = refusal_by_translation(r);
  r->filename = apr_pstrdup(r->pool, "rtmpt:watch"); // no file has such a name
  r->handler = kWatchHandler;
  return refusal;
}

} // namespace

std::string_view header_of(const request_rec* r, const char* name) {
  const char* const value = apr_table_get(r->headers_in, name);
  return value ? value : "";
}

bool note_watched(const request_rec* r, RequestClaim& claim, const policy::PassTarget& target) {
  if (!can_be_watched(r, target)) return false;
  claim.hub.reset();
  claim.watched_server.reset();
  if (const auto* const hub = std::get_if<policy::HubName>(&target))
    claim.hub = *hub;
  else
    claim.watched_server = target;
  return true;
}

policy::OriginVerdict origin_verdict(const request_rec* r) {
  const bool is_https = std::string_view(ap_http_scheme(r)) == "https";
  return policy::judge_origin(header_of(r, "Origin"), header_of(r, "Host"), is_https,
                              server_config(r->server).effective.allowed_origins);
}

bool is_path_of_viewers(request_rec* r) {
  return is_switched_on(r) && policy::watch_target(r->uri ? r->uri : "") && can_be_watched(r, target_of(r));
}

void register_watch_route_hooks(apr_pool_t*) {
  // Before all others, as for requests of the tunnel: a ProxyPass for "/" does not take a viewer.
  ap_hook_translate_name(guarded<translate_name, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
