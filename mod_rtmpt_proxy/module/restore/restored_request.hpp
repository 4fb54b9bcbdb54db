// What a trusted proxy said of a request, for everybody who asks later.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <optional>

namespace rtmpt_proxy::apache {

// In the pool of the request that came from the network; its internal redirects and subrequests share it.
struct RestoredRequest {
  bool from_proxy = false;   // nearest_hop() was trusted where it arrived, before its virtual host was chosen again
  std::optional<bool> https; // none: the connection's own
  apr_port_t port = 0;       // 0: httpd's own rules
};

// The request that came from the network: itself, or the one behind internal redirects and subrequests.
const request_rec* original_of(const request_rec* r);

// Made for a request that came from the network; once for each.
RestoredRequest& note_restored(request_rec* r);

// Null when no trusted proxy said anything of it. `r` may be a redirect or a subrequest.
const RestoredRequest* find_restored(const request_rec* r);

// The address at the other end of the connection, or none when that is no IP address.
std::optional<protocol::IpAddress> peer_address(const conn_rec* c);

// Who wrote the headers of the connection's requests: the source that the peer announced by the PROXY protocol, else
// the peer itself.
std::optional<protocol::IpAddress> nearest_hop(const conn_rec* c);

// Whether the request came from one of RPAFproxy_ips, with or without RPAFenable: others' requests may then come on the
// same connection. A proxy that announced whose the connection is does not count, but the announced one does.
bool peer_is_known_proxy(const request_rec* r);

} // namespace rtmpt_proxy::apache
