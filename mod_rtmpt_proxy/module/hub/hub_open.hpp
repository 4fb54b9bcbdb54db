// SPDX-License-Identifier: Apache-2.0
// Opens of virtual hosts whose RTMPTProxyPass or route names a hub.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Serves what the handler of tunnel requests leaves: an open that goes to a hub. mod_proxy has no part in it.
void register_hub_open_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
