// What the module remembers of a connection that stays with httpd and carries tunnel requests.
#pragma once

#include "httpd_headers.hpp"

#include <cstdint>

namespace rtmpt_proxy::apache {

// In the connection's configuration. Used by the thread that serves the connection.
struct TunnelConnection {
  apr_interval_time_t wait;     // for the next request; 0 when the last one was no tunnel request
  std::uint64_t unread_replies; // equal empty replies that the client is owed
};

// Null when the connection has carried no tunnel request.
TunnelConnection* find_tunnel_connection(conn_rec* c);

// Made when there is none.
TunnelConnection& tunnel_connection(conn_rec* c);

} // namespace rtmpt_proxy::apache
