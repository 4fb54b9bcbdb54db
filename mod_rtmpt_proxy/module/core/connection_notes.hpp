// What the module remembers about a connection that stays with httpd: the tunnel requests on it, and the addresses that
// a PROXY header announced.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

#include <cstdint>

namespace rtmpt_proxy::apache {

struct PumpOffer;

// In the connection's configuration. Used by the thread that serves the connection.
struct ConnectionNotes {
  apr_interval_time_t wait;     // for the next request; 0 when the last one was no tunnel request
  std::uint64_t unread_replies; // equal empty replies that the client is owed
  PumpOffer* pump_offer;        // null until the connection may be pumped
  bool counts_as_stream;        // see StreamPlaces
  bool front_is_read; // with RPAFproxyProtocol On: the beginning has been read, so no PROXY header can come any more
  const protocol::ProxiedConnection* announced; // from the peer's PROXY header; null: none, or one without addresses
};

// The notes of a connection; null when it has none yet.
ConnectionNotes* find_connection_notes(const conn_rec* c);

// The notes of a connection, made when there are none.
ConnectionNotes& connection_notes(conn_rec* c);

// The client's socket, which stays the connection's; -1 when it has none of its own.
int descriptor_of(conn_rec* c);

} // namespace rtmpt_proxy::apache
