// SPDX-License-Identifier: Apache-2.0
// The media servers that the configuration of a virtual host names.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/backend_url.hpp>
#include <rtmpt_proxy/policy/routing/hub_target.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// The backends of RTMPTProxyPass, of routes, of ProxyPass, and of the members of their balancers. Other URLs are left
// out; another check refuses them. Available from check_config on.
std::vector<policy::BackendUrl> named_backends(apr_pool_t* pool, const server_rec* server);

// The hubs that RTMPTProxyPass and RTMPTProxyPassMatch of this virtual host name, each once, that of RTMPTProxyPass
// first. From check_config on.
std::vector<policy::HubName> named_hubs(const server_rec* server);

// Whether these directives name hubs and nothing else. From check_config on.
bool leads_to_hubs_alone(const server_rec* server);

} // namespace rtmpt_proxy::apache
