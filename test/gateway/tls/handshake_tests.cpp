// SPDX-License-Identifier: Apache-2.0
// The way to an rtmps:// backend up to the first byte of RTMP.
#include "test/support/deadline.hpp"
#include "tls_rig.hpp"
#include "tls_server.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <future>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using gateway::BackendFault;

namespace {

const KeyPair& authority() {
  static const KeyPair pair = self_signed("authority", "");
  return pair;
}

KeyPair good_pair() {
  return signed_by(authority(), "DNS:localhost,IP:127.0.0.1");
}

Attempt attempt_at(const TlsServer& server, std::chrono::milliseconds within = kPatience) {
  TlsRig rig;
  rig.trust(authority().pem());
  auto admission = TlsRig::admission_to("127.0.0.1", server.port());
  admission.connect_timeout = within;
  return rig.connect(admission);
}

protocol::ProxiedConnection some_client() {
  return {{*protocol::parse_ip_address("192.0.2.1"), 4711}, {*protocol::parse_ip_address("192.0.2.2"), 443}};
}

} // namespace

TEST_CASE("A backend that never ends its handshake has timed out", "[tls]") {
  const TlsServer server(good_pair(), [](TlsPeer& peer) { peer.read_plain(100'000); });
  const auto began = std::chrono::steady_clock::now();
  const Attempt attempt = attempt_at(server, 300ms);
  CHECK(attempt.failure == "no end of the TLS handshake within the connection timeout");
  CHECK(attempt.timed_out);
  CHECK(attempt.fault == BackendFault::backends);
  CHECK(since(began) >= 300ms);
}

TEST_CASE("A backend that closes says so by that, before, in and after its handshake", "[tls]") {
  SECTION("before") {
    const TlsServer server(good_pair(), [](TlsPeer& peer) {
      peer.read_plain(1);
      ::shutdown(peer.socket(), SHUT_RDWR); // no reset
      peer.read_plain(100'000);
    });
    const Attempt attempt = attempt_at(server);
    CHECK(attempt.failure == "closed the connection in the TLS handshake");
    CHECK(attempt.fault == BackendFault::backends);
    CHECK_FALSE(attempt.timed_out);
  }
  SECTION("after, with a word of TLS") {
    const TlsServer server(good_pair(), [](TlsPeer& peer) {
      if (peer.handshake()) peer.say_end();
    });
    const Attempt attempt = attempt_at(server);
    CHECK(attempt.failure == "closed the connection at once");
    CHECK(attempt.fault == BackendFault::backends);
  }
  SECTION("after, without") {
    const TlsServer server(good_pair(), [](TlsPeer& peer) { peer.handshake(); });
    CHECK(attempt_at(server).failure == "closed the connection at once");
  }
}

TEST_CASE("A server that speaks no TLS, or none that is safe, is told from others by the words", "[tls]") {
  SECTION("another protocol") {
    const TlsServer server(good_pair(), [](TlsPeer& peer) {
      peer.read_plain(1);
      ::send(peer.socket(), "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL);
      peer.read_plain(100'000);
    });
    CHECK(attempt_at(server).failure == "the TLS handshake failed: wrong version number");
  }
  SECTION("TLS 1.1") {
    const TlsServer server(good_pair(), echo, TLS1_1_VERSION);
    const Attempt attempt = attempt_at(server);
    CHECK_THAT(attempt.failure, Catch::StartsWith("the TLS handshake failed: "));
    CHECK(attempt.fault == BackendFault::backends);
  }
}

TEST_CASE("A server is told its name, unless it is an address", "[tls]") {
  const auto told = [](const std::string& host) {
    std::string name;
    {
      const TlsServer server(good_pair(), [&name](TlsPeer& peer) {
        if (peer.handshake()) name = peer.server_name();
        peer.read();
      });
      TlsRig rig;
      rig.trust(authority().pem());
      CHECK(rig.connect(TlsRig::admission_to(host, server.port())).failure.empty());
    }
    return name; // the server's thread has ended
  };
  CHECK(told("localhost") == "localhost");
  CHECK(told("127.0.0.1").empty());
}

TEST_CASE("A PROXY header goes before the handshake, SRS's preamble within it, each before the first byte of RTMP",
          "[tls]") {
  using protocol::ClientForwarding;
  const ClientForwarding how =
      GENERATE(ClientForwarding::proxy_v1, ClientForwarding::proxy_v2, ClientForwarding::srs, ClientForwarding::none);
  CAPTURE(static_cast<int>(how));
  const std::string preamble = protocol::client_preamble(how, some_client());
  const bool in_plain = how != ClientForwarding::srs;
  std::promise<std::string> before;
  std::promise<std::string> within;
  const TlsServer server(good_pair(), [&](TlsPeer& peer) {
    before.set_value(in_plain ? peer.read_plain(preamble.size()) : "");
    if (peer.handshake()) within.set_value(peer.read_all((in_plain ? 0 : preamble.size()) + 4));
  });
  TlsRig rig;
  rig.trust(authority().pem());
  auto admission = TlsRig::admission_to("127.0.0.1", server.port());
  admission.forward_client = how;
  admission.client = some_client();
  REQUIRE(rig.connect(admission).failure.empty());
  rig.send("RTMP");
  auto seen = within.get_future();
  CHECK(rig.runs_until([&] { return seen.wait_for(0s) == std::future_status::ready; }));
  CHECK(before.get_future().get() == (in_plain ? preamble : ""));
  CHECK(seen.get() == (in_plain ? "RTMP" : preamble + "RTMP"));
}
