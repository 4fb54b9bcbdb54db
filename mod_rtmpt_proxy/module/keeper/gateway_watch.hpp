// SPDX-License-Identifier: Apache-2.0
// Lets httpd tell the module when a gateway has ended.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/retained_gateways.hpp"

namespace rtmpt_proxy::apache {

// Asks httpd to report when the process of `slot` ends. Holds for one generation; call it again after a restart.
void watch_gateway(GatewaySlot& slot, apr_pool_t* configuration_pool);

// "was killed by signal 9", "ended with status 1".
const char* describe_end(apr_pool_t* pool, int wait_status);

} // namespace rtmpt_proxy::apache
