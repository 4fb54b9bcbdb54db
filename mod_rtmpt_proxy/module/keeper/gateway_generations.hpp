// The gateway over the generations of httpd: kept through graceful and restart, replaced after an upgrade, retired when
// no virtual host has a backend any more.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_gateway_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
