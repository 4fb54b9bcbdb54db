// SPDX-License-Identifier: Apache-2.0
// Reports opens that ended without a session, for the session log.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// When a virtual host has a session log, tells the gateway of each open without a session, after the client has its
// answer.
void register_refused_open_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
