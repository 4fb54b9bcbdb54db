// SPDX-License-Identifier: Apache-2.0
// Checks of `httpd -t` beyond single lines: whether the lines work together, and on this machine. Each check logs what
// it finds: the place, the value, and what was expected.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Each check returns OK, or HTTP_INTERNAL_SERVER_ERROR when httpd must not use this configuration. Called in
// check_config: virtual hosts have inherited their settings, but effective settings do not exist yet. `pool` is scratch
// memory.
int check_backend_tls(apr_pool_t* pool, server_rec* main_server);
int check_session_logs(apr_pool_t* pool, server_rec* main_server);
int check_control_socket(server_rec* main_server);
int check_gateway_program(server_rec* main_server);
int check_hubs(server_rec* main_server);
int check_restoring(server_rec* main_server);
int check_stream_lines(server_rec* main_server);
int check_proxy_passes(apr_pool_t* pool, server_rec* main_server);
int check_media_urls(apr_pool_t* pool, server_rec* main_server);
int check_own_addresses(apr_pool_t* pool, server_rec* main_server);
int check_site_rules(apr_pool_t* pool, server_rec* main_server);
int check_rtmp_rules(apr_pool_t* pool, server_rec* main_server);
int check_stream_rules(server_rec* main_server);
int check_logins(apr_pool_t* pool, server_rec* main_server);
int check_passwords(apr_pool_t* pool, server_rec* main_server);
int check_app_passes(apr_pool_t* pool, server_rec* main_server);
int check_stream_tokens(server_rec* main_server);
int check_stream_callbacks(apr_pool_t* pool, server_rec* main_server);
int check_tls_termination(apr_pool_t* pool, server_rec* main_server);
int check_watch_rules(apr_pool_t* pool, server_rec* main_server);

// Explains lines of balancers that mod_proxy will refuse. For pre_config, when the configuration has been read but not
// executed.
void explain_balancer_lines(apr_pool_t* pool);

void register_configuration_check_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
