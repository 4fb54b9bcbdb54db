// SPDX-License-Identifier: Apache-2.0
// The request of an ask: the headers that rtmpt-gateway adds are taken out of it before other modules look, no log
// tells the query, and no error document answers it.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// The query of a stream's name or of an application becomes the query of the ask: %{QUERY_STRING}. The virtual host
// that the ask is for goes to ConnectionNotes::ask_vhost. An error document would be a program's chance to say 200,
// which would let the client in.
void register_ask_request_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
