// SPDX-License-Identifier: Apache-2.0
// httpd's limits on kept connections are made for pages. A session that httpd forwards needs its connection as long as
// the session may be silent, because a client over TLS that loses it reconnects without TLS.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// For a tunnel request whose connection stays with httpd: it does not count for MaxKeepAliveRequests, and the wait for
// the next request is as long as RTMPTSessionTimeout.
void keep_connection_for_tunnel(request_rec* r);

void register_keep_alive_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
