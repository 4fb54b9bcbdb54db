// What the module remembers of a connection that stays with httpd and carries tunnel requests.
#pragma once

#include "httpd_headers.hpp"

#include <cstdint>

namespace rtmpt_proxy::apache {

struct PumpOffer;

// In the connection's configuration. Used by the thread that serves the connection.
struct TunnelConnection {
  apr_interval_time_t wait;     // for the next request; 0 when the last one was no tunnel request
  std::uint64_t unread_replies; // equal empty replies that the client is owed
  PumpOffer* pump_offer;        // null until the connection was one that may be pumped
};

// Null when the connection has carried no tunnel request.
TunnelConnection* find_tunnel_connection(conn_rec* c);

// Made when there is none.
TunnelConnection& tunnel_connection(conn_rec* c);

// The client's socket, which stays the connection's; -1 when it has none of its own.
int descriptor_of(conn_rec* c);

} // namespace rtmpt_proxy::apache
