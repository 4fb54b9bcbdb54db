// SPDX-License-Identifier: Apache-2.0
// Checks whether RTMPTForwardClient fits the backends of its virtual host.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// A setting that fits no backend of its virtual host is a configuration error; the message names both.
void register_forward_client_check_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
