// SPDX-License-Identifier: Apache-2.0
// Keeps the gateway through graceful and restart, replaces it after an upgrade, and retires it when no virtual host has
// a backend any more.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_gateway_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
