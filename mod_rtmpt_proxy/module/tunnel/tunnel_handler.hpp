// SPDX-License-Identifier: Apache-2.0
// Answers every request of the tunnel. The exception is an open: this handler prepares it, and mod_proxy serves it.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/core/local_names.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>

namespace rtmpt_proxy::apache {

// The way of this request, and of the requests that follow on its connection, to the gateway.
policy::Way way_of(request_rec* r);

// Answers 503 and logs, at a limited rate, the gateway's executable and what is wrong. `close` ends the connection.
int answer_without_gateway(request_rec* r, ChannelStatus status, bool close = false);

void register_tunnel_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
