// mod_proxy's workers with the scheme rtmp, whoever defined them: RTMPTProxyPass, ProxyPass or a balancer.
#pragma once

#include "httpd_headers.hpp"

namespace rtmpt_proxy::apache {

inline constexpr const char* kScheme = "rtmp";

// Whether any virtual host can send a stream anywhere: then httpd needs a gateway.
bool carries_streams(server_rec* main_server);

// Whether requests of this one virtual host can be for the tunnel: it has an RTMPTProxyPass, or a ProxyPass to a
// backend of ours.
bool has_pass(const server_rec* server);

// Whether `url`, "rtmp://..." or "balancer://...", leads to a backend of ours. `proxy` is the virtual host's.
bool leads_to_backend(apr_pool_t* pool, proxy_server_conf* proxy, const char* url);

// mod_proxy's health checks and balancer-manager take the port from here, and mod_proxy does not know ours.
void supply_default_port(proxy_worker& worker);

void register_worker_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
