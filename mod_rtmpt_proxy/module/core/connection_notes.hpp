// What the module remembers of a connection that stays with httpd: of the tunnel requests on it, and of who announced
// it.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

#include <cstdint>

namespace rtmpt_proxy::apache {

struct PumpOffer;

// In the connection's configuration. Used by the thread that serves the connection.
struct ConnectionNotes {
  apr_interval_time_t wait;                     // for the next request; 0 when the last one was no tunnel request
  std::uint64_t unread_replies;                 // equal empty replies that the client is owed
  PumpOffer* pump_offer;                        // null until the connection was one that may be pumped
  bool counts_as_stream;                        // see StreamPlaces
  bool front_is_read;                           // where RPAFproxyProtocol is On: a PROXY header can come no more
  const protocol::ProxiedConnection* announced; // by the peer's PROXY header; null: none, or no addresses in it
};

// Null when the connection has carried no tunnel request, and had no PROXY header to be looked for.
ConnectionNotes* find_tunnel_connection(const conn_rec* c);

// Made when there is none.
ConnectionNotes& tunnel_connection(conn_rec* c);

// The client's socket, which stays the connection's; -1 when it has none of its own.
int descriptor_of(conn_rec* c);

} // namespace rtmpt_proxy::apache
