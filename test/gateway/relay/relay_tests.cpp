// SPDX-License-Identifier: Apache-2.0
// Clients of TLS that are no clients of RTMP: their bytes on their way to httpd and back.
#include "relay_rig.hpp"
#include "test/gateway/loops/raw_client.hpp"
#include "test/gateway/rtmp/rtmp_rig.hpp"
#include "test/support/deadline.hpp"
#include "test/support/sanitizer.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

const std::string kRequest = "GET /page HTTP/1.1\r\nHost: live.example.com\r\n\r\n";
const std::string kResponse = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// More than a relay keeps, and less than is sent.
constexpr std::size_t kFewBytes = kMemoryIsItsOwn ? 1 << 20 : 24 << 20;

// Waits until a side writes no more; a busy machine may make it pause a little.
bool stands_still(const std::atomic<std::size_t>& written) {
  for (const Deadline deadline; !deadline.passed();) {
    const std::size_t before = written;
    if (before > 0 && !happens([&] { return written != before; }, Deadline(1s))) return true;
  }
  return false;
}

// A request and its response.
void exchange_page(TlsVisitor& visitor, RelayedConnection& httpd) {
  REQUIRE(httpd.tls->read_all(kRequest.size()) == kRequest);
  REQUIRE(httpd.tls->write(kResponse));
  REQUIRE(visitor.read(kResponse.size()) == kResponse);
}

} // namespace

TEST_CASE("A page goes through httpd, which sees the TLS of the client", "[relay]") {
  RelayRig rig;
  const auto [version, cipher, name] = GENERATE(
      table<int, std::string, std::string>({{TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", "live.example.com"},
                                            {TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256", "live.example.com"},
                                            {TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", "live.example.com."},
                                            {TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", "192.0.2.9"},
                                            {TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", "www.example.com"},
                                            {TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384", ""}}));
  CAPTURE(cipher);
  Visit visit;
  visit.wishes = {name, version, cipher};
  visit.address = "2001:db8::7";
  TlsVisitor visitor = rig.greeted(visit);
  visitor.write(kRequest);
  RelayedConnection httpd = rig.next_greeted();
  CHECK(httpd.preamble.kind == protocol::AskKind::relay);
  CHECK(httpd.preamble.over_tls);
  CHECK(httpd.preamble.ticket != 0);
  CHECK(protocol::to_text(httpd.preamble.client.source.address).view() == "2001:db8::7");
  CHECK(httpd.preamble.client.source.port == 4711);
  CHECK(httpd.preamble.client.destination.port == 443);
  CHECK(httpd.preamble.tls_server_name == name);
  CHECK(httpd.tls->server_name() == name);
  CHECK(httpd.tls->version() == visitor.version());
  CHECK(httpd.tls->cipher() == cipher);
  CHECK(visitor.cipher() == cipher);
  for (int i = 0; i < 3; ++i) {
    if (i > 0) visitor.write(kRequest);
    exchange_page(visitor, httpd);
  }
}

TEST_CASE("What httpd has read of the handshake is used, and a request may be cut anywhere", "[relay]") {
  RelayRig rig;
  for (std::size_t cut = 1; cut < kRequest.size(); ++cut) {
    CAPTURE(cut);
    TlsVisitor visitor = rig.greeted();
    visitor.write(kRequest.substr(0, cut));
    RelayedConnection httpd = rig.next_greeted();
    REQUIRE(httpd.tls->read_all(cut) == kRequest.substr(0, cut));
    visitor.write(kRequest.substr(cut));
    REQUIRE(httpd.tls->read_all(kRequest.size() - cut) == kRequest.substr(cut));
    REQUIRE(httpd.tls->write(kResponse));
    CHECK(visitor.read(kResponse.size()) == kResponse);
  }
}

TEST_CASE("A client without RTMP is relayed where httpd takes no RTMP, whatever it begins with", "[relay]") {
  RelayRig rig;
  Visit visit;
  visit.accepts_rtmp = false;
  TlsVisitor visitor = rig.greeted(visit);
  visitor.write("\3 is no request");
  CHECK(rig.next_greeted().tls->read_all(15) == "\3 is no request");
}

TEST_CASE("Many bytes go both ways unchanged", "[relay]") {
  RelayRig rig;
  const std::string many = varied_text(10 << 20);
  TlsVisitor visitor = rig.greeted();
  visitor.write(kRequest);
  RelayedConnection httpd = rig.next_greeted();
  exchange_page(visitor, httpd);
  SECTION("first there, then back") {
    auto reading = std::async(std::launch::async, [&] { return httpd.tls->read_all(many.size()); });
    visitor.write(many);
    CHECK(reading.get() == many);
    auto writing = std::async(std::launch::async, [&] { return httpd.tls->write(many); });
    CHECK(visitor.read(many.size()) == many);
    CHECK(writing.get());
  }
  SECTION("there and back again, piece by piece") {
    auto echoing = std::async(std::launch::async, [&] {
      for (std::size_t back = 0; back < many.size();) {
        const std::string piece = httpd.tls->read();
        if (piece.empty() || !httpd.tls->write(piece)) return false;
        back += piece.size();
      }
      return true;
    });
    constexpr std::size_t kPiece = 100'000;
    for (std::size_t at = 0; at < many.size(); at += kPiece) {
      visitor.write(std::string_view(many).substr(at, kPiece));
      const std::string back = visitor.read(std::min(kPiece, many.size() - at));
      REQUIRE(back == std::string_view(many).substr(at, kPiece));
    }
    CHECK(echoing.get());
  }
}

TEST_CASE("An end of the client is passed on, and the answer still comes", "[relay]") {
  RelayRig rig;
  const std::string many = varied_text(1 << 20);
  TlsVisitor visitor = rig.greeted();
  visitor.write(kRequest);
  if (GENERATE(true, false))
    visitor.say_end();
  else
    ::shutdown(visitor.socket(), SHUT_WR); // without TLS's own word
  RelayedConnection httpd = rig.next_greeted();
  CHECK(httpd.tls->read_all(kRequest.size() + 1) == kRequest);
  CHECK(httpd.tls->ended_well());
  auto answering = std::async(std::launch::async, [&] {
    const bool written = httpd.tls->write(many);
    httpd.tls->say_end();
    return written;
  });
  CHECK(visitor.read_all() == many);
  CHECK(answering.get());
}

TEST_CASE("An end of httpd reaches the client behind the last byte, as it came", "[relay]") {
  RelayRig rig;
  const std::string many = varied_text(24 << 20);
  const bool well = GENERATE(true, false);
  CAPTURE(well);
  TlsVisitor visitor = rig.greeted();
  visitor.write(kRequest);
  RelayedConnection httpd = rig.next_greeted();
  REQUIRE(httpd.tls->read_all(kRequest.size()) == kRequest);
  auto answering = std::async(std::launch::async, [&] {
    const bool written = httpd.tls->write(many);
    if (well) httpd.tls->say_end();
    httpd.close();
    return written;
  });
  REQUIRE(answering.wait_for(300ms) == std::future_status::timeout); // the client begins to read late
  CHECK(visitor.read_all() == many);
  CHECK(visitor.ended_well() == well);
  CHECK(answering.get());
}

TEST_CASE("httpd gets what a client has sent, and no more is kept of a client that leaves", "[relay]") {
  RelayRig rig;
  TlsVisitor visitor = rig.greeted();
  visitor.write(kRequest);
  RelayedConnection httpd = rig.next_greeted();
  exchange_page(visitor, httpd);
  visitor.close();
  CHECK(httpd.tls->read().empty());
}

TEST_CASE("A side that does not read slows the other one down, and costs no memory", "[relay]") {
  RelayRig rig;
  const std::string many = varied_text(32 << 20);
  TlsVisitor visitor = rig.greeted();
  visitor.write(kRequest);
  RelayedConnection httpd = rig.next_greeted();
  exchange_page(visitor, httpd);
  const std::size_t before = memory_bytes(rig.gateway.pid());
  const bool client_reads_late = GENERATE(true, false);
  CAPTURE(client_reads_late);
  std::atomic<std::size_t> written{0};
  auto writing = std::async(std::launch::async, [&] {
    constexpr std::size_t kPiece = 65536;
    for (; written < many.size(); written += kPiece) {
      const std::string_view piece = std::string_view(many).substr(written, kPiece);
      if (!client_reads_late)
        visitor.write(piece);
      else if (!httpd.tls->write(piece))
        return false;
    }
    return true;
  });
  CHECK(stands_still(written));
  CHECK(written < many.size());
  CHECK(memory_bytes(rig.gateway.pid()) < before + kFewBytes);
  CHECK((client_reads_late ? visitor.read(many.size()) : httpd.tls->read_all(many.size())) == many);
  CHECK(writing.get());
}

TEST_CASE("httpd is offered the groups that its own settings ask for", "[relay]") {
  RelayRig rig;
  Visit visit;
  visit.server_id = RelayRig::kOneGroup;
  TlsVisitor visitor = rig.greeted(visit);
  visitor.write(kRequest);
  RelayedConnection httpd = rig.next_greeted();
  CHECK(httpd.tls->offered_groups() == std::vector{NID_secp384r1});
  exchange_page(visitor, httpd);
}

TEST_CASE("The gateway's loops share the relays among them", "[relay]") {
  RelayRig rig;
  std::vector<TlsVisitor> visitors;
  std::vector<RelayedConnection> connections;
  std::vector<int> relays(RelayRig::kLoops);
  for (int i = 0; i < 6; ++i) {
    visitors.push_back(rig.greeted());
    visitors.back().write(kRequest);
    connections.push_back(rig.next_greeted());
    ++relays.at(protocol::loop_of_ticket(connections.back().preamble.ticket));
  }
  CHECK(relays == std::vector{3, 3});
}

TEST_CASE("A child of httpd that ends before its handshake costs the client nothing, a second one the connection",
          "[relay]") {
  RelayRig rig;
  TlsVisitor visitor = rig.greeted();
  visitor.write(kRequest);
  rig.next().close();
  SECTION("the next one takes it") {
    RelayedConnection httpd = rig.next_greeted();
    exchange_page(visitor, httpd);
    CHECK(rig.gateway.logged("RTMPT451") == 0);
  }
  SECTION("the next one ends as well") {
    RelayedConnection httpd = rig.next();
    ::send(httpd.socket.get(), "no TLS at all", 13, MSG_NOSIGNAL);
    httpd.close();
    CHECK(visitor.read_all().empty());
    // "failed", or "broke off" when the end comes as a reset.
    CHECK(rig.gateway.logs("does not take it: the TLS handshake "));
    CHECK_FALSE(rig.httpd.is_asked());
  }
}
