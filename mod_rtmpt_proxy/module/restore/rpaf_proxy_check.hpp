// SPDX-License-Identifier: Apache-2.0
// Checks RPAFproxyProtocol. It concerns a connection, which is read before its virtual host is known. So of the virtual
// hosts that share an address and port, the setting of the first one holds. A different setting in another one is a
// configuration error.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_proxy_check_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
