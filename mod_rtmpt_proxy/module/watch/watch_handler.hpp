// SPDX-License-Identifier: Apache-2.0
// The handler of viewers over HTTP: what is checked, in which order, and which way their connection takes.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Also those of the list of streams.
void register_watch_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
