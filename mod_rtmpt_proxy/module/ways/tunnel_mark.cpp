// SPDX-License-Identifier: Apache-2.0
#include "module/ways/tunnel_mark.hpp"

#include "module/asks/ask_methods.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"
#include "module/ways/route_hook.hpp"

namespace rtmpt_proxy::apache {

namespace {

using protocol::TargetError;
using protocol::TunnelRequestKind;

constexpr const char* kJudgedNote = "rtmpt-tunnel-judged";

enum class Routes { unknown, known }; // whether the headers are already as routes see them

// Whether the request will be claimed. An open without a route is the site's own, unless a ProxyPass takes it.
bool will_be_claimed(request_rec* r, TunnelRequestKind kind, Routes routes) {
  const ServerConfig& config = server_config(r->server);
  if (!config.has_streams) return false;
  const bool is_routed = kind == TunnelRequestKind::open && config.effective.claims_streams();
  return !is_routed || routes == Routes::unknown || finds_route(r);
}

// The client's request. An error document has a request of its own, but its headers and its log line need the mark too.
const request_rec* first_of(const request_rec* r) {
  while (r->prev)
    r = r->prev;
  return r;
}

void mark(request_rec* r, Routes routes) {
  if (r->method_number != M_POST) return;
  const protocol::TargetResult parsed = tunnel_target(r);
  if (parsed.error == TargetError::not_a_tunnel_target) return;
  apr_table_setn(r->notes, kJudgedNote, "1");
  if (will_be_claimed(r, parsed.target.kind, routes))
    mark_tunnel_request(r, parsed.target.kind);
  else
    unmark_tunnel_request(r);
}

// mod_headers may change the header later, and a question with that one would reach another virtual host.
int note_host(request_rec* r) {
  if (r->main || r->prev || !server_config(r->server).has_streams) return DECLINED;
  if (r->method_number == M_POST || is_open_ask(r)) request_notes(r).host = apr_table_get(r->headers_in, "Host");
  return DECLINED;
}

template <Routes routes>
int mark_new(request_rec* r) {
  if (r->main) return DECLINED;
  if (!r->prev) {
    mark(r, routes);
  } else if (const char* const kind = apr_table_get(first_of(r)->subprocess_env, kTunnelVariable)) {
    apr_table_setn(r->subprocess_env, kTunnelVariable, kind);
  }
  return DECLINED;
}

int mark_for_log(request_rec* r) {
  if (is_clients_own(r) && !apr_table_get(r->notes, kJudgedNote)) mark(r, Routes::unknown);
  return DECLINED;
}

// Notes which virtual hosts carry streams. mod_proxy has its balancers by now, and its lists must not be walked while
// requests are served.
int note_streams(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  for (server_rec* server = main_server; server; server = server->next)
    server_config(server).has_streams = has_pass(server);
  return OK;
}

} // namespace

void mark_tunnel_request(request_rec* r, TunnelRequestKind kind) {
  const std::string_view name = protocol::to_string(kind);
  apr_table_setn(r->subprocess_env, kTunnelVariable, apr_pstrmemdup(r->pool, name.data(), name.size()));
}

void unmark_tunnel_request(request_rec* r) {
  apr_table_unset(r->subprocess_env, kTunnelVariable);
}

void register_tunnel_mark_hooks(apr_pool_t*) {
  // After resolve_all, which is the first of all. No order else: ProxyPass and balancers are read by then.
  ap_hook_post_config(guarded<note_streams, OK>, nullptr, nullptr, APR_HOOK_MIDDLE);
  // Before anybody can refuse the request, also before RPAF_ForbidIfNotProxy.
  ap_hook_post_read_request(guarded<mark_new<Routes::unknown>, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST - 1);
  // Again when the restore filter has chosen the virtual host.
  ap_hook_post_read_request(guarded<mark_new<Routes::unknown>, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST + 1);
  ap_hook_post_read_request(guarded<note_host, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                            APR_HOOK_REALLY_FIRST + 1);
  // Again after RequestHeader early, which may set what a route looks at, and before SetEnvIf.
  static const char* const after[] = {"mod_headers.c", nullptr};
  static const char* const before[] = {"mod_setenvif.c", nullptr};
  ap_hook_post_read_request(guarded<mark_new<Routes::known>, DECLINED>, after, before, APR_HOOK_FIRST + 1);
  // Before any log is written: a request that httpd could not read completely has run no other hook.
  ap_hook_log_transaction(guarded<mark_for_log, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
