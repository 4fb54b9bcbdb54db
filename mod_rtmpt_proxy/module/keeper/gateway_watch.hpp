// httpd's notice of gateways that end.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/retained_gateways.hpp"

namespace rtmpt_proxy::apache {

// Asks httpd to tell when the process of `slot` ends. Holds for this generation: to be called again after a restart.
void watch_gateway(GatewaySlot& slot, apr_pool_t* configuration_pool);

// "was killed by signal 9", "ended with status 1".
const char* describe_end(apr_pool_t* pool, int wait_status);

} // namespace rtmpt_proxy::apache
