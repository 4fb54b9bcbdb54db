// SPDX-License-Identifier: Apache-2.0
// mod_proxy's workers with the schemes rtmp, rtmps and rtmpt, defined by RTMPTProxyPass, ProxyPass or a balancer.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/backend_url.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

// mod_proxy's configuration of a virtual host; null when there is none.
proxy_server_conf* proxy_config(const server_rec* server);

// Element `index` of an array. Only mod_proxy knows the size of its elements.
template <class T>
T* element(const apr_array_header_t* array, int index) {
  return reinterpret_cast<T*>(array->elts + static_cast<std::ptrdiff_t>(index) * array->elt_size);
}

// Whether any virtual host carries streams; then httpd needs a gateway.
bool carries_streams(server_rec* main_server);

// Whether RTMPTProxyPass or a route of this virtual host leads somewhere: requests of streams are claimed there before
// any rule of the site is looked at. From check_config on.
bool claims_streams(const server_rec* server);

// Whether this virtual host carries streams: an RTMPTProxyPass, a route or a ProxyPass leads to a backend of
// one of these schemes.
bool has_pass(const server_rec* server);

// Whether this virtual host carries streams and has RTMPTAcceptRTMP On. From check_config on.
bool accepts_rtmp(const server_rec* server);

// Whether this virtual host carries streams and has RTMPTTerminateTLS gateway. From check_config on. Whether the
// gateway really has its TLS says ServerConfig::tls_server_id.
bool wants_tls_at_gateway(const server_rec* server);

// The directive because of which the gateway needs httpd's private listener for this virtual host, as it is written:
// "RTMPTAcceptRTMP On"; null: none. From check_config on.
const char* needs_ask_listener(const server_rec* server);

// Where streams of this virtual host go: the URLs of RTMPTProxyPass, its routes and ProxyPass that lead to such
// backends, or to balancers. From post_config on.
std::vector<std::string> stream_targets(apr_pool_t* pool, const server_rec* server);

// Whether `url` ("rtmp://...", "rtmps://...", "rtmpt://..." or "balancer://...") leads to such a backend. `proxy` is
// the virtual host's configuration of mod_proxy.
bool leads_to_backend(apr_pool_t* pool, proxy_server_conf* proxy, const char* url);

// Whether `url` begins with one of these schemes, as canonical URLs of workers do.
bool is_backend_url(std::string_view url);

// The backend of a worker's or request's URL, "rtmp://host:port/open/1": its path is left out.
policy::BackendUrlResult backend_of(std::string_view url);

// The backend of a worker.
policy::BackendUrlResult backend_of(apr_pool_t* pool, proxy_worker& worker);

// The address of the backend, in the form that the gateway uses.
protocol::BackendAddress address_of(const policy::BackendUrl& backend);

bool is_ours(const proxy_worker& worker);

// Gives a worker of these schemes its default port if it has none: mod_proxy's health checks and balancer-manager take
// the port from the worker, and mod_proxy does not know these schemes. Other workers are not changed.
void supply_default_port(proxy_worker& worker);

void register_worker_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
