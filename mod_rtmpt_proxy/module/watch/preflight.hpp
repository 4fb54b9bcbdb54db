// SPDX-License-Identifier: Apache-2.0
// What a browser asks (OPTIONS) before it lets a page of another site ask for a stream or for the list of streams.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_preflight_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
