// Opens that ended without a session, for the session log.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Tells the gateway of each /open of a virtual host with a session log that no session came of, once its client has
// its answer.
void register_refused_open_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
