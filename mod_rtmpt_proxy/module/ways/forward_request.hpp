// Way B: httpd keeps the connection and passes on the one request.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_client.hpp"
#include "module/ways/body_flow.hpp"

namespace rtmpt_proxy::apache {

struct ForwardOutcome {
  ChannelStatus status = ChannelStatus::lost; // ok: `reply` is the answer
  protocol::Reply reply;
};

// Waits for the gateway's reply on this thread, as long as policy::forwarded_hold and forwarded_wait let it. The body
// of a send flows to the gateway meanwhile, from its first byte; null for all others.
ForwardOutcome forward_request(request_rec* r, std::size_t door, const protocol::TunnelRequest& request,
                               BodyFlow* body);

} // namespace rtmpt_proxy::apache
