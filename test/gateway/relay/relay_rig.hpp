// SPDX-License-Identifier: Apache-2.0
// The gateway as a server of TLS, and httpd's private listener behind TLS once more, in the test's hands.
#pragma once

#include "relay_ends.hpp"
#include "test/gateway/rtmp/fake_httpd.hpp"
#include "test/gateway/rtmp/rtmp_peer.hpp"
#include "tls_visitor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// How a client comes.
struct Visit {
  TlsWishes wishes;
  std::string address = "192.0.2.1";
  std::string server_id = "of the test";
  bool accepts_rtmp = true;
  std::string residue; // what httpd has read of its handshake
};

class RelayRig {
 public:
  static constexpr std::uint32_t kLoops = 2;
  // The id of another server, with the same certificate, that takes the group P-384 alone.
  static constexpr char kOneGroup[] = "with one group";
  // And of one that gives session tickets with these terms.
  static constexpr char kWithTickets[] = "with tickets";
  static protocol::TlsTickets ticket_terms();

  RelayRig();

  GatewayRig gateway{kLoops};
  FakeHttpd httpd;
  KeyPair pair = self_signed("live.example.com", "DNS:live.example.com");
  apache::GatewayClient client{{gateway.door()}, 0};

  // httpd's parent tells of a server with this id besides, which takes the place of visit()'s usual one.
  void tell_of(const std::string& server_id);

  // A new client, whose connection is the gateway's from now on. Unset when the gateway leaves it to httpd.
  std::optional<TlsVisitor> offer(const Visit& visit = {});
  // The same; throws when it is left to httpd.
  TlsVisitor visit(const Visit& visit = {});
  // The same with its handshake.
  TlsVisitor greeted(const Visit& visit = {});

  // The next relayed connection. Its TLS has not begun.
  RelayedConnection next();
  // The same behind its handshake.
  RelayedConnection next_greeted();

 private:
  std::shared_ptr<SSL_CTX> context_;
};

} // namespace rtmpt_proxy::test
