// SPDX-License-Identifier: Apache-2.0
// Tells the gateway which requests of live sessions httpd has refused, because that may be why a session ends.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Tells the gateway of each request with a session's id that was answered 400 or above before the gateway heard of it:
// by this module (framing, limits), by httpd or by another module.
void register_refused_request_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
