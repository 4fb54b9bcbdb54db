// SPDX-License-Identifier: Apache-2.0
// The module's record for httpd. Each part registers its own hooks and says why they are in that order.
#include "module/asks/ask_connection.hpp"
#include "module/asks/ask_methods.hpp"
#include "module/asks/ask_request.hpp"
#include "module/asks/ask_scheme.hpp"
#include "module/asks/place_config.hpp"
#include "module/asks/shown_path.hpp"
#include "module/asks/stream_rules.hpp"
#include "module/asks/tls_verdict.hpp"
#include "module/balancer/cached_workers.hpp"
#include "module/balancer/fail_over.hpp"
#include "module/balancer/scheme_handler.hpp"
#include "module/balancer/sessions_lbmethod.hpp"
#include "module/callbacks/callback_rule.hpp"
#include "module/callbacks/done_notice.hpp"
#include "module/checks/balancer_check.hpp"
#include "module/checks/configuration_checks.hpp"
#include "module/checks/forward_client_check.hpp"
#include "module/checks/places_report.hpp"
#include "module/child/child_state.hpp"
#include "module/child/kept_streams.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/core/session_log_files.hpp"
#include "module/directives/directives.hpp"
#include "module/hub/hub_open.hpp"
#include "module/keeper/ask_listener.hpp"
#include "module/keeper/backend_trust.hpp"
#include "module/keeper/gateway_generations.hpp"
#include "module/keeper/graceful_stop.hpp"
#include "module/link/shared_waits.hpp"
#include "module/pages/player_handler.hpp"
#include "module/pump/pump_hooks.hpp"
#include "module/recognition/first_look.hpp"
#include "module/restore/request_in_progress.hpp"
#include "module/restore/rpaf_filter.hpp"
#include "module/restore/rpaf_predecessor.hpp"
#include "module/restore/rpaf_proxy_check.hpp"
#include "module/restore/rpaf_proxy_protocol.hpp"
#include "module/restore/rpaf_scheme.hpp"
#include "module/status/health_handler.hpp"
#include "module/status/server_status.hpp"
#include "module/status/status_handler.hpp"
#include "module/tls/tls_export.hpp"
#include "module/tokens/token_rule.hpp"
#include "module/tunnel/access_log.hpp"
#include "module/tunnel/tunnel_handler.hpp"
#include "module/watch/watch_handler.hpp"
#include "module/ways/ask_login.hpp"
#include "module/ways/ask_route.hpp"
#include "module/ways/body_watch.hpp"
#include "module/ways/keep_alive.hpp"
#include "module/ways/open_pace.hpp"
#include "module/ways/refused_ask.hpp"
#include "module/ways/refused_open.hpp"
#include "module/ways/refused_request.hpp"
#include "module/ways/route_hook.hpp"
#include "module/ways/stream_request.hpp"
#include "module/ways/tunnel_mark.hpp"
#include "module/ways/verdict_ask.hpp"

namespace rtmpt_proxy::apache {

namespace {

void register_hooks(apr_pool_t* pool) {
  register_config_hooks(pool);
  register_cached_worker_hooks(pool);
  register_configuration_check_hooks(pool);
  register_balancer_check_hooks(pool);
  register_forward_client_check_hooks(pool);
  register_sessions_lbmethod(pool);
  register_keep_alive_hooks(pool);
  register_kept_stream_hooks(pool);
  register_worker_hooks(pool);
  register_backend_trust_hooks(pool);
  register_tls_export_hooks(pool);
  register_gateway_hooks(pool);
  register_ask_listener_hooks(pool);
  register_ask_connection_hooks(pool);
  register_ask_method_hooks(pool);
  register_ask_scheme_hooks(pool);
  register_tls_rule_hooks(pool);
  register_stream_rule_hooks(pool);
  register_ask_request_hooks(pool);
  register_shown_path_hooks(pool);
  register_ask_login_hooks(pool);
  register_ask_route_hooks(pool);
  register_verdict_ask_hooks(pool);
  register_refused_ask_hooks(pool);
  register_stream_request_hooks(pool);
  register_token_rule(pool);
  register_callback_rule(pool);
  register_done_notice_hooks(pool);
  register_graceful_stop_hooks(pool);
  register_waiting_hooks(pool);
  register_child_hooks(pool);
  register_places_report_hooks(pool);
  register_pump_hooks(pool);
  register_recognition_hooks(pool);
  register_route_hooks(pool);
  register_tunnel_hooks(pool);
  register_scheme_hooks(pool);
  register_hub_open_hooks(pool);
  register_watch_hooks(pool);
  register_fail_over_hooks(pool);
  register_session_log_hooks(pool);
  register_refused_open_hooks(pool);
  register_open_pace_hooks(pool);
  register_refused_request_hooks(pool);
  register_status_hooks(pool);
  register_health_hooks(pool);
  register_player_hooks(pool);
  register_restore_hooks(pool);
  register_tunnel_mark_hooks(pool);
  register_body_watch(pool);
  register_access_log_hooks(pool);
  register_server_status_hooks(pool);
  register_scheme_of_request_hooks(pool);
  register_request_in_progress_hooks(pool);
  register_predecessor_hooks(pool);
  register_proxy_protocol_hooks(pool);
  register_proxy_check_hooks(pool);
  answer_to_predecessors_names(pool); // last, because httpd attributes hooks to the record that was added last
}

} // namespace

} // namespace rtmpt_proxy::apache

// Plain, not AP_DECLARE_MODULE: in C++ that macro clashes with APLOG_USE_MODULE. Visible, or httpd does not find it.
// Not STANDARD20_MODULE_STUFF: that takes the name from this file, and administrators write <IfModule
// mod_rtmpt_proxy.c> as for every other module of httpd.
extern "C" {
module AP_MODULE_DECLARE_DATA __attribute__((visibility("default"))) rtmpt_proxy_module = {
    MODULE_MAGIC_NUMBER_MAJOR,
    MODULE_MAGIC_NUMBER_MINOR,
    -1, // its place among the modules; httpd fills in this and the next empty fields
    "mod_rtmpt_proxy.c",
    nullptr,
    nullptr,
    MODULE_MAGIC_COOKIE,
    nullptr,
    rtmpt_proxy::apache::guarded<rtmpt_proxy::apache::create_place_config, static_cast<void*>(nullptr)>,
    rtmpt_proxy::apache::guarded<rtmpt_proxy::apache::merge_place_config, static_cast<void*>(nullptr)>,
    rtmpt_proxy::apache::guarded<rtmpt_proxy::apache::create_server_config, static_cast<void*>(nullptr)>,
    rtmpt_proxy::apache::guarded<rtmpt_proxy::apache::merge_server_config, static_cast<void*>(nullptr)>,
    rtmpt_proxy::apache::directive_table(),
    rtmpt_proxy::apache::guarded<rtmpt_proxy::apache::register_hooks>,
    AP_MODULE_FLAG_NONE,
};
}
