// Way B: httpd keeps the connection and passes on the one request.
#pragma once

#include "gateway_client.hpp"
#include "httpd_headers.hpp"

namespace rtmpt_proxy::apache {

struct ForwardOutcome {
  ChannelStatus status = ChannelStatus::lost; // ok: `reply` is the answer
  protocol::Reply reply;
};

// Waits for the gateway's reply on this thread, as long as policy::forwarded_hold and forwarded_wait let it.
ForwardOutcome forward_request(request_rec* r, std::size_t door, const protocol::TunnelRequest& request);

// Tells the session that the body of this send was cut off: unless it comes again whole, its stream has a hole.
void report_cut_body(request_rec* r, const protocol::TunnelRequest& request);

} // namespace rtmpt_proxy::apache
