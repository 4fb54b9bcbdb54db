// SPDX-License-Identifier: Apache-2.0
// The facts about a session that has ended: one line of the session log.
#pragma once

#include <rtmpt_proxy/protocol/messages/tls_server.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_inspector.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// The protocol that the client speaks with the gateway.
enum class ClientLeg : std::uint8_t {
  rtmpt,  // RTMP in HTTP requests
  rtmpts, // the same over TLS
  rtmp,   // RTMP in a TCP connection
  rtmps,  // the same over TLS
  http,   // FLV in the answer to a GET
  https,  // the same over TLS
  ws,     // FLV in a WebSocket
  wss,    // the same over TLS
};

// "rtmpt", "rtmpts", "rtmp", "rtmps", "http", "https", "ws" or "wss": the scheme of the client's URL.
std::string_view to_string(ClientLeg leg);

enum class SessionEndReason : std::uint8_t {
  close,           // the client sent a close
  backend_closed,  // the backend ended its connection
  timeout,         // the client sent no request in time
  client_gone,     // the client's connection ended without a close
  refused,         // the session never began: no backend, or a limit
  administrator,   // an administrator ended it
  shutdown,        // httpd or the gateway ended
  lost_request,    // error: a part of the client's bytes never came
  backend_stalled, // error: the backend stopped taking bytes
  body_too_large,  // error: the body of a request was over its limit, and refused
  request_refused, // error: the client left, or became silent, after one of its requests was refused
  unclaimed,       // error: httpd no longer waited when the session began, so its client does not know it
  stream_refused,  // error: the client may not publish or play, or sent what cannot be decided about
};

// One word, as the log has it: "close", "backend-closed".
std::string_view to_string(SessionEndReason reason);

// The status for a log of HTTP: 200 when there was a session, 503 when it was refused, 403 when its stream was, 413
// when a body was too large, 500 when something else went wrong.
int http_status(SessionEndReason reason);

// The ways (see Way in carriage.hpp) that requests of one session travelled: any of them, or none.
struct UsedWays {
  bool handed_over = false;
  bool pumped = false;
  bool forwarded = false;
  bool operator==(const UsedWays&) const = default;
};

// "handed-over", "pumped", "forwarded", or several of these with '+' between, in this order; empty for none.
std::string to_string(const UsedWays& ways);

// Texts are raw, as they came from outside: the format escapes them. An empty one is shown as "-".
struct SessionLogRecord {
  protocol::SessionName session_name;
  std::string server_name;    // of its virtual host
  std::string client_address; // as httpd authorised it
  std::string user;           // empty when nobody was authenticated
  std::string backend_url;    // user information, path and query, if any, are not shown
  protocol::StreamFacts stream;
  std::chrono::system_clock::time_point start;
  std::chrono::microseconds duration{0};
  ClientLeg client_leg = ClientLeg::rtmpt;
  protocol::TlsFacts tls; // of the client's connection, where they are known
  UsedWays ways;
  std::uint64_t requests = 0;
  std::uint64_t bytes_received = 0; // RTMP bytes, from the client
  std::uint64_t bytes_sent = 0;     // RTMP bytes, to the client
  SessionEndReason end = SessionEndReason::close;
  std::string end_detail; // more about the end, where there is more: "Connection refused"
};

} // namespace rtmpt_proxy::policy
