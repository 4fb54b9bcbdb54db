// SPDX-License-Identifier: Apache-2.0
// A short section about streams in the page of mod_status.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Does nothing without mod_status, or when no virtual host carries streams.
void register_server_status_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
