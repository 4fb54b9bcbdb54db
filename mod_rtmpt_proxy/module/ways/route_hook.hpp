// SPDX-License-Identifier: Apache-2.0
// Which requests belong to the tunnel, and where httpd sends them.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Whether an open with these headers goes to a backend of its virtual host's routes or RTMPTProxyPass.
bool finds_route(request_rec* r);

void register_route_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
