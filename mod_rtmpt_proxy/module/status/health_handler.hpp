// SPDX-License-Identifier: Apache-2.0
// The handler rtmpt-health: tells load balancers whether a virtual host can take a new stream.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// 200 "ok" when the gateway answers and at least one media server of the virtual host would be given a new session;
// else 503, with the number of a message and a reason in one line. Waits for the gateway at most patience::kHealth.
void register_health_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
