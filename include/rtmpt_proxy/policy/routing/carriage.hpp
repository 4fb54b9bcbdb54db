// SPDX-License-Identifier: Apache-2.0
// Decides by which way a tunnel request goes from httpd to the gateway, and how long it may keep a thread of httpd
// waiting.
#pragma once

#include <chrono>
#include <cstddef>

namespace rtmpt_proxy::policy {

enum class Way {
  handed_over, // the gateway gets the client's connection and serves all later requests on it
  pumped,      // the same over a local socket: httpd keeps the connection because of its TLS, and moves the bytes
  forwarded,   // httpd keeps the connection and passes on this one request
};

// What is between httpd and the client's bytes.
enum class Transport {
  plain,    // a socket
  tls,      // httpd's own TLS and nothing else
  relayed,  // the same, and the gateway, which has the client, at its other end
  filtered, // an unknown filter, which may change the bytes
};

// What httpd knows of the connection that a tunnel request came on.
struct ConnectionFacts {
  bool hand_over_allowed = true; // RTMPTHandOver
  bool http_1_1 = true;          // exactly HTTP/1.1 over a connection of its own (not HTTP/1.0, not an HTTP/2 stream)
  Transport transport = Transport::plain;
  bool can_be_suspended = false; // httpd can suspend connections without closing them (MPM event)
  // The request has Via, X-Forwarded-For or Forwarded; or the peer is a known proxy and has not announced the client by
  // the PROXY protocol.
  bool intermediary_in_sight = false;
};

// Chooses the way. A connection may be taken only when no other client's requests can come on it and the gateway can
// read it.
Way choose_way(const ConnectionFacts& facts);

// Whether a stream that travels this way keeps a connection of httpd for as long as it lives. `waits_without_thread`:
// httpd needs no thread for a connection that waits for its next request (MPM event).
constexpr bool keeps_connection_of_httpd(Way way, bool waits_without_thread) {
  return way == Way::pumped || (way == Way::forwarded && !waits_without_thread);
}

inline constexpr std::chrono::milliseconds kForwardedHold{50};
inline constexpr std::chrono::milliseconds kForwardedWait{2000};
// A backend that reads is without room only for a moment.
inline constexpr std::chrono::milliseconds kForwardedWaitWithoutThread{200};

// How long a forwarded request may be held when `holding` of the child's `threads` wait already (this one not counted):
// at most kForwardedHold. 0 while more than a quarter of them hold, because the site must never wait for streams.
std::chrono::milliseconds forwarded_hold(std::size_t holding, std::size_t threads, std::chrono::milliseconds idle_hold);

// How long a forwarded send may wait for room or for its turn: kForwardedWait, because a refused send ends a publisher.
// While more than a quarter of the threads hold, kForwardedWaitWithoutThread: then the answer comes while the thread
// waits for it as for any request (local/patience.hpp: kEveryRequest).
std::chrono::milliseconds forwarded_wait(std::size_t holding, std::size_t threads);

} // namespace rtmpt_proxy::policy
