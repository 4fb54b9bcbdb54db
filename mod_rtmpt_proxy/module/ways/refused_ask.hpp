// SPDX-License-Identifier: Apache-2.0
// The line in the error log for each ask that httpd has refused. fail2ban reads it.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_refused_ask_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
