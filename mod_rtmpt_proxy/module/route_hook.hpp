// Which requests belong to the tunnel, and where httpd sends them.
#pragma once

#include "httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_route_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
