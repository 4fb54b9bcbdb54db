// Whether RTMPTForwardClient says something that the media servers of its virtual host can be told.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// A setting that fits none of the servers a virtual host names stops httpd from starting, with both in the message.
void register_forward_client_check_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
