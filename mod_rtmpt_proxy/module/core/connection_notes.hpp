// SPDX-License-Identifier: Apache-2.0
// What the module remembers about a connection that stays with httpd: the tunnel requests on it, the addresses that a
// PROXY header announced, what rtmpt-gateway asks on it, and what it says of the client whose connection it relays.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

#include <cstddef>
#include <cstdint>

#include <sys/types.h>

namespace rtmpt_proxy::apache {

struct PumpOffer;

// What came of a client's login by Adobe's authmod, in the last check of one; see ask_login.hpp.
enum class AskLogin : std::uint8_t {
  none,   // nobody has looked, or no login was wanted
  wanted, // and the client has not made any
  failed,
  proved,
};

// In the connection's configuration. Used by the thread that serves the connection.
struct ConnectionNotes {
  apr_interval_time_t wait;     // for the next request; 0 when the last one was no tunnel request
  std::uint64_t unread_replies; // equal empty replies that the client is owed
  PumpOffer* pump_offer;        // null until the connection may be pumped
  bool counts_as_stream;        // see StreamPlaces
  bool front_is_read; // with RPAFproxyProtocol On: the beginning has been read, so no PROXY header can come any more
  const protocol::ProxiedConnection* announced; // from the peer's PROXY header; null: none, or one without addresses
  bool came_by_ask_door;                        // accepted on httpd's private listener
  const protocol::AskPreamble* ask;             // what rtmpt-gateway asks for on it; null: no ask, or not read yet
  const char* ask_vhost;                        // the virtual host that the ask is for, as it says; null: it says none
  bool ask_needs_rule;                          // yes may be said only where a rule is about the request
  const char* ask_shown_path;                   // what logs have in the place of its path; null: the path itself
  const char* ask_login;                        // what the client says of itself, encoded; null: nothing
  bool ask_publishes;                           // the client says that it will publish
  AskLogin login;                               // of this ask
  const char* ask_app_query;                    // the query of the application of its stream; null: none
  const char* ask_session_form;                 // for a callback: see policy::session_form(); null: none
  const char* ask_stream_form;                  // likewise: policy::stream_form()
  bool ask_has_begun;                           // httpd reads, or has read, the one request of that ask
  const protocol::AskPreamble* relay; // what rtmpt-gateway says of a client whose connection it relays; null: no relay
  std::uint64_t relayed_bytes;        // with `relay`: how many bytes of the client httpd has taken from mod_ssl
  pid_t asker;                        // the gateway's process, with `came_by_ask_door`
  bool offers_protocols;              // the client's TLS names protocols (ALPN), so it speaks HTTP
  bool looked_below_tls;              // nobody need look any more at what comes before TLS, or in its place
  std::size_t
      awaited_bytes; // from the first one on, while a TLS hello is awaited: the socket has a low water mark; 0: none
  bool first_byte_known; // nobody need look any more whether it begins with RTMP
};

// The notes of a connection; null when it has none yet.
ConnectionNotes* find_connection_notes(const conn_rec* c);

// The notes of a connection, made when there are none.
ConnectionNotes& connection_notes(conn_rec* c);

// What rtmpt-gateway asks for on this connection; null for every other connection.
const protocol::AskPreamble* find_ask(const conn_rec* c);

// What rtmpt-gateway says of the client whose connection it relays on this one; null for every other connection.
const protocol::AskPreamble* find_relay(const conn_rec* c);

// The client's socket, which stays the connection's; -1 when it has none of its own.
int descriptor_of(conn_rec* c);

} // namespace rtmpt_proxy::apache
