// RPAFproxyProtocol is about a connection, which is read before anybody knows for which virtual host: of those that
// share an address and port the first one's holds. What says otherwise stops httpd from starting.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_proxy_check_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
