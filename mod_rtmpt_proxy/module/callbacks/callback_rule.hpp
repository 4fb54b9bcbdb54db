// SPDX-License-Identifier: Apache-2.0
// Require stream-callback URL-path: lets in whom a program behind that URL lets publish or play.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_callback_rule(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
