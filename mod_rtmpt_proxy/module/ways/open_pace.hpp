// SPDX-License-Identifier: Apache-2.0
// Passwords of opens of RTMPT cannot be tried at any rate. Other questions wait in the gateway for their refusal; an
// open is a request of httpd, in which a thread would wait: so an address that had its tries gets 429 for a while.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_open_pace_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
