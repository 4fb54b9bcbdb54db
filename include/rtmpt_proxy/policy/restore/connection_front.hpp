// SPDX-License-Identifier: Apache-2.0
// Judges the first bytes of a connection when RPAFproxyProtocol is On: a trusted peer must send a PROXY header, and the
// bytes of any other peer are httpd's.
//
// A proxy must send a header. If it could be left out, the proxy's client could write one itself (HAProxy's
// specification of the protocol, section 2: the receiver must not guess). HAProxy, nginx and mod_remoteip do the same.
#pragma once

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class FrontVerdict : std::uint8_t {
  need_more, // wait for bytes behind those that were shown
  served,    // the waiting bytes are httpd's: there was a good header, or the peer need not send one
  refused,   // close the connection, unanswered
};

// Pure: the caller reads, waits and knows the time. One for each connection.
class ConnectionFront {
 public:
  // `trusted`: the peer is one of RPAFproxy_ips.
  explicit ConnectionFront(bool trusted) : trusted_(trusted) {}

  struct Step {
    FrontVerdict verdict = FrontVerdict::need_more;
    std::size_t consumed_bytes = 0; // how many of the shown bytes belong to the header; the others must be shown again
  };

  // The bytes that wait, from the first that was not consumed on: all, or as many as the caller likes to show, but no
  // fewer than kProxySignatureBytes when there are so many. Not to be called after a verdict.
  Step look(std::string_view bytes);

  // The verdict when no more bytes come, because the time is over or the connection has ended. A trusted peer that has
  // sent no byte is `refused` too; began() tells the difference.
  FrontVerdict give_up() const;

  // Whether a trusted peer's header has begun.
  bool began() const { return began_; }

  // After `served`: the header of a trusted peer; null when there was none.
  const protocol::ProxyHeader* header() const;

  // After `refused`: what is wrong, for a log ("the line is over 107 bytes"); it quotes nothing of what came.
  std::string_view reason() const;

 private:
  bool trusted_;
  bool began_ = false;
  protocol::ProxyHeaderReader reader_;
  protocol::ProxyHeaderError error_ = protocol::ProxyHeaderError::need_more;
};

} // namespace rtmpt_proxy::policy
