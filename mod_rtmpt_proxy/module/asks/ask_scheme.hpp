// SPDX-License-Identifier: Apache-2.0
// An ask about a client that came over TLS counts as a request over TLS: for %{HTTPS} in expressions, for
// REQUEST_SCHEME and for redirects.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_ask_scheme_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
