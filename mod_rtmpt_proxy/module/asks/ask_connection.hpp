// SPDX-License-Identifier: Apache-2.0
// A connection on httpd's private listener: for httpd it becomes the connection of the client that is asked about, or
// whose own TLS ends at the gateway and whose bytes the gateway relays.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_ask_connection_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
