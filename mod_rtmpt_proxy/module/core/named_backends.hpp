// The media servers that the configuration of a virtual host names.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/backend_url.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// The backends of RTMPTProxyPass, of routes, of ProxyPass, and of the members of their balancers. Other URLs are left
// out; another check refuses them. Available from check_config on.
std::vector<policy::BackendUrl> named_backends(apr_pool_t* pool, const server_rec* server);

} // namespace rtmpt_proxy::apache
