// SPDX-License-Identifier: Apache-2.0
#include "module/checks/configuration_checks.hpp"

#include "module/core/hook_guard.hpp"

namespace rtmpt_proxy::apache {

namespace {

// Runs all checks even when one finds an error, so that an administrator sees everything at once.
int check_all(apr_pool_t*, apr_pool_t*, apr_pool_t* pool, server_rec* main_server) {
  const int results[] = {check_session_logs(pool, main_server),
                         check_control_socket(main_server),
                         check_gateway_program(main_server),
                         check_restoring(main_server),
                         check_stream_lines(main_server),
                         check_proxy_passes(pool, main_server),
                         check_media_urls(pool, main_server),
                         check_own_addresses(pool, main_server),
                         check_site_rules(pool, main_server),
                         check_rtmp_rules(pool, main_server),
                         check_backend_tls(pool, main_server),
                         check_tls_termination(pool, main_server),
                         check_stream_rules(main_server),
                         check_logins(pool, main_server),
                         check_app_passes(pool, main_server),
                         check_stream_tokens(main_server),
                         check_stream_callbacks(pool, main_server),
                         check_passwords(pool, main_server),
                         check_hubs(main_server),
                         check_watch_rules(pool, main_server)};
  for (const int result : results)
    if (result != OK) return result;
  return OK;
}

int explain(apr_pool_t*, apr_pool_t*, apr_pool_t* pool) {
  explain_balancer_lines(pool);
  return OK;
}

} // namespace

void register_configuration_check_hooks(apr_pool_t*) {
  // `httpd -t` runs it, and so does `httpd -k graceful` before it sends its signal. No order: it changes nothing.
  ap_hook_check_config(guarded<check_all, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_pre_config(guarded<explain, OK>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
