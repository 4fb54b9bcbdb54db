// The answer to every request of the tunnel but the admission of an open, which goes through mod_proxy.
#pragma once

#include "local/gateway_channel.hpp"
#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>

namespace rtmpt_proxy::apache {

// How this request, and what follows on its connection, goes to the gateway.
policy::Way way_of(request_rec* r);

// 503 and, now and then, a line in the error log that names the gateway's executable and what is wrong with it. `close`
// ends the connection.
int answer_without_gateway(request_rec* r, ChannelStatus status, bool close = false);

void register_tunnel_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
