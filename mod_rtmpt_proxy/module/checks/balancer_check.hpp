// SPDX-License-Identifier: Apache-2.0
// Checks whether the balancers that RTMPTProxyPass and RTMPTProxyPassMatch name can carry streams.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// An unknown balancer or a member that is no media server stops httpd from starting, with a line for each.
void register_balancer_check_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
