// SPDX-License-Identifier: Apache-2.0
// The way "forwarded": httpd keeps the connection and passes on this one request.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_client.hpp"
#include "module/ways/body_flow.hpp"

namespace rtmpt_proxy::apache {

struct ForwardOutcome {
  ChannelStatus status = ChannelStatus::lost; // ok: `reply` is the answer
  protocol::Reply reply;
};

// Waits in this thread for the gateway's reply, as long as policy::forwarded_hold() and forwarded_wait() allow.
// Meanwhile the body of a send goes to the gateway, from its first byte on. `body` is null for all other requests.
// After `patience` a thread that may not hold the request needs a waiting place to wait longer.
ForwardOutcome forward_request(request_rec* r, std::size_t door, const protocol::TunnelRequest& request, BodyFlow* body,
                               std::chrono::milliseconds patience);

} // namespace rtmpt_proxy::apache
