// What the first bytes of a connection mean where RPAFproxyProtocol is On: a PROXY header from those who may send one,
// and whatever httpd serves from the others.
//
// From a proxy a header must come: where it may be left out, the proxy's client can write it (HAProxy's specification
// of the protocol, section 2: the receiver must not guess). So do HAProxy, nginx and mod_remoteip.
#pragma once

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class FrontVerdict : std::uint8_t {
  need_more, // wait for bytes behind those that were shown
  served,    // what waits now is httpd's: there was a good header, or none from somebody who need not send one
  refused,   // close the connection, unanswered
};

// Pure: the caller reads, waits and knows the time. One for each connection.
class ConnectionFront {
 public:
  // `trusted`: the peer is one of RPAFproxy_ips.
  explicit ConnectionFront(bool trusted) : trusted_(trusted) {}

  struct Step {
    FrontVerdict verdict = FrontVerdict::need_more;
    std::size_t consumed_bytes = 0; // of those shown, belong to the header; the others are to be shown again
  };

  // The bytes that wait, from the first that was not consumed on: all, or as many as the caller likes to show, but no
  // fewer than kProxySignatureBytes when there are so many. Not to be called after a verdict.
  Step look(std::string_view bytes);

  // When no more bytes come, be it the time or the end: what follows from those that have. Without one byte from a
  // trusted peer it is `refused` too; began() tells the difference.
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
