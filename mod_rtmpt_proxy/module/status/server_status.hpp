// A short section about streams in the page of mod_status.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Without mod_status, or when no host carries streams, nothing happens.
void register_server_status_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
