// SPDX-License-Identifier: Apache-2.0
// What a trusted proxy said about a request.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <optional>

namespace rtmpt_proxy::apache {

// In the pool of the request that came from the network; its internal redirects and subrequests share it.
struct RestoredRequest {
  bool from_proxy = false;   // nearest_hop() was trusted by the virtual host where the request arrived
  std::optional<bool> https; // none: as the connection is
  apr_port_t port = 0;       // 0: httpd's own rules
};

// The request that came from the network: itself, or the one behind internal redirects and subrequests.
const request_rec* original_of(const request_rec* r);

// Makes the entry for a request that came from the network. Called once for each.
RestoredRequest& note_restored(request_rec* r);

// Null when no trusted proxy said anything about the request. `r` may be an internal redirect or a subrequest.
const RestoredRequest* find_restored(const request_rec* r);

// The address at the other end of the connection, or none when that is no IP address.
std::optional<protocol::IpAddress> peer_address(const conn_rec* c);

// The address of the host that wrote the headers of the connection's requests: the source that the peer announced by
// the PROXY protocol, else the peer.
std::optional<protocol::IpAddress> nearest_hop(const conn_rec* c);

// Whether the request came from one of RPAFproxy_ips, whether RPAFenable is On or not: then requests of other clients
// can come on the same connection. When the peer announced a source by the PROXY protocol, the source counts and not
// the peer.
bool peer_is_known_proxy(const request_rec* r);

} // namespace rtmpt_proxy::apache
