// SPDX-License-Identifier: Apache-2.0
// TLS connections whose bytes httpd moves between the client and the gateway, without serving their requests itself.
#include "support/os/random_bytes.hpp"
#include "support/sites/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <future>

#include <sys/socket.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

TEST_CASE("On event a TLS connection is pumped from the first request behind the open on, and every byte arrives") {
  const std::string version = GENERATE("-all +TLSv1.2", "-all +TLSv1.3");
  CAPTURE(version);
  auto options = pumped_options();
  options.global += "SSLProtocol " + version + "\n";
  TunnelSite site(options);
  auto session = site.session(over_tls());
  for (std::uint32_t round = 0; round < 5; ++round)
    CHECK_NOTHROW(carry_both_ways(session, 300'000, round));
  CHECK(pumped_connections(site.httpd()) == 1);
  CHECK(session.client.close().status == 200);
  CHECK_NOTHROW(session.media->wait_for_end());
  CHECK(forwarded_requests(site.httpd()) == 0);
}

TEST_CASE("A new TLS connection of a session is pumped behind its first request") {
  TunnelSite site(pumped_options());
  auto session = site.session(over_tls());
  for (std::size_t connections = 2; connections <= 5; ++connections) {
    session.client.reconnect();
    CHECK_NOTHROW(carry_both_ways(session, 30'000, static_cast<std::uint32_t>(connections)));
    CHECK(pumped_connections(site.httpd()) == connections - 1);
    CHECK(forwarded_requests(site.httpd()) == connections - 1);
  }
}

TEST_CASE("What httpd cannot let go of, or may not, is forwarded") {
  struct Case {
    std::string mpm, site, headers, version;
  };
  const auto one = GENERATE(values<Case>({{"worker", "", "", "1.1"},
                                          {"prefork", "", "", "1.1"},
                                          {"event", "RTMPTHandOver Off\n", "", "1.1"},
                                          {"event", "", "Via: 1.1 test\r\n", "1.1"},
                                          {"event", "", "X-Forwarded-For: 192.0.2.1\r\n", "1.1"}}));
  CAPTURE(one.mpm, one.site, one.headers);
  auto options = pumped_options();
  options.mpm = one.mpm;
  options.site = one.site;
  TunnelSite site(options);
  Carriage carriage = over_tls();
  carriage.headers = one.headers;
  auto session = site.session(carriage);
  CHECK_NOTHROW(carry_both_ways(session, 50'000, 1));
  CHECK(pumped_connections(site.httpd()) == 0);
  CHECK(forwarded_requests(site.httpd()) > 5);
}

TEST_CASE("Requests that come in one piece with the open are served, in their order") {
  TunnelSite site(pumped_options());
  auto session = site.session(over_tls());
  session.client.reconnect();
  auto& connection = session.client.connection();
  std::string text;
  for (std::uint32_t number = 0; number < 40; ++number)
    text += session.client.request(number % 2 == 0 ? "send" : "idle", number, number % 2 == 0 ? "ab" : "");
  connection.send(text);
  for (int i = 0; i < 40; ++i)
    REQUIRE(connection.receive().status == 200);
  CHECK(session.media->wait_for_bytes(40).size() == 40);
  CHECK(pumped_connections(site.httpd()) == 1);
}

TEST_CASE("On a pumped connection anything but the session's requests is told to go elsewhere") {
  TunnelSite site(pumped_options());
  const std::string what = GENERATE("a page", "an open", "a poll of the session with another Host");
  CAPTURE(what);
  auto session = site.session(over_tls());
  REQUIRE(session.client.send("x").status == 200);
  session.media->wait_for_bytes(1);
  std::string request = post(tunnel_target("idle", session.client.id(), 1), "", "Host: other\r\n");
  if (what == "a page") request = get("/");
  if (what == "an open") request = post("/open/1", "");
  auto& connection = session.client.connection();
  const auto reply = connection.exchange(request);
  CHECK(reply.status == 421);
  CHECK(reply.says_close());
  CHECK(connection.closed_by_server());
  // The session goes on over a new one, and pages are served there.
  session.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
  CHECK(fetch(site.httpd().tls(), "/").body == kPageText);
}

TEST_CASE("Behind polls that come in two, a request smaller than their heads is not overlooked") {
  TunnelSite site(pumped_options());
  auto session = site.session(over_tls());
  REQUIRE(session.client.send("x").status == 200);
  session.media->wait_for_bytes(1);
  auto& connection = session.client.connection();
  for (int poll = 0; poll < 3; ++poll) {
    const std::string request = session.client.request("idle", session.client.take_number(), "x");
    const std::size_t head_bytes = request.find("\r\n\r\n") + 4;
    REQUIRE(head_bytes < request.size());
    session.media->send("news");
    connection.send(request.substr(0, head_bytes));
    CHECK_FALSE(connection.readable(Deadline(30ms))); // so long the pump has nothing but the head
    connection.send(request.substr(head_bytes));
    CHECK(rtmp_bytes(connection.receive()) == "news");
  }
  const std::string small = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  connection.send(small);
  CHECK(connection.receive(Deadline(3s)).status == 421);
}

TEST_CASE("A client that only ends its sending gets its answer, and the end of the TLS stream") {
  TunnelSite site(pumped_options());
  auto session = site.session(over_tls());
  REQUIRE(session.client.send("x").status == 200);
  session.media->wait_for_bytes(1);
  auto& connection = session.client.connection();
  connection.send(session.client.request("send", session.client.take_number(), "last"));
  connection.stream().end_writing();
  CHECK(connection.receive().status == 200);
  CHECK(connection.stream().read_some(Deadline{}).empty());
  CHECK(session.media->wait_for_bytes(5) == "xlast");
  site.httpd().error_log().wait_for(kPumpedToItsEnd);
}

TEST_CASE("A session whose pumped connection is gone ends in a third of its timeout, however the connection ended") {
  auto options = pumped_options();
  options.site = "RTMPTSessionTimeout 6s\n";
  TunnelSite site(options);
  const std::string how = GENERATE("reset", "closed", "garbage", "cut");
  CAPTURE(how);
  auto session = site.session(over_tls());
  auto other = site.session(over_tls());
  REQUIRE(session.client.send("x").status == 200);
  session.media->wait_for_bytes(1);
  auto& connection = session.client.connection();
  const int socket = connection.stream().socket();
  const std::string garbage(1000, '\x55');
  if (how == "closed") session.client.reconnect();
  if (how == "reset") connection.reset();
  if (how == "cut") ::shutdown(socket, SHUT_WR);
  if (how == "garbage") REQUIRE(::send(socket, garbage.data(), garbage.size(), MSG_NOSIGNAL) == 1000);
  site.httpd().error_log().wait_for(kPumpedToItsEnd);
  CHECK_NOTHROW(session.media->wait_for_end());
  site.httpd().error_log().wait_for("RTMPT303.*client gone");
  CHECK_NOTHROW(carry_both_ways(other, 30'000, 1));
}

TEST_CASE("A client that falls silent is told the end of its TLS stream when its session has ended") {
  auto options = pumped_options();
  options.site = "RTMPTSessionTimeout 1s\nRTMPTIdleHold 100ms\n";
  TunnelSite site(options);
  auto session = site.session(over_tls());
  REQUIRE(session.client.send("x").status == 200);
  session.media->wait_for_bytes(1);
  CHECK(session.client.connection().stream().read_some(Deadline{}).empty());
  CHECK_NOTHROW(session.media->wait_for_end());
}

TEST_CASE("When the backend closes, the client of a pumped connection gets what is left and is told to close") {
  TunnelSite site(pumped_options());
  auto session = site.session(over_tls());
  REQUIRE(session.client.send("x").status == 200);
  session.media->wait_for_bytes(1);
  const auto down = random_bytes(100'000, 4);
  session.media->send(down);
  session.media->close();
  CHECK(session.client.poll_for(down.size()) == down);
  const auto last = session.client.idle();
  CHECK(last.says_close());
  CHECK(session.client.connection().closed_by_server());
}

TEST_CASE("A pumped client that reads nothing holds up nobody, costs little, and gets every byte when it reads again") {
  constexpr std::size_t kAllowance = 8u << 20; // bytes in the child that pumps
  TunnelSite site(pumped_options());
  auto endpoint = site.httpd().tls();
  endpoint.receive_buffer_bytes = 4096;
  TunnelSession slow{TunnelClient(endpoint), nullptr};
  slow.client.open();
  slow.media = site.backend().accept();
  REQUIRE(slow.client.send("x").status == 200);
  auto other = site.session(over_tls());
  CHECK_NOTHROW(carry_both_ways(other, 30'000, 1));
  const auto before = memory_of_children(site.httpd());
  const auto down = random_bytes(600'000, 5);
  slow.media->send(down);
  // One poll after the other, whose answers are left where they are.
  std::string up = "x";
  for (int i = 0; i < 400; ++i) {
    up += "up";
    slow.client.connection().send(slow.client.request("send", slow.client.take_number(), "up"));
  }
  CHECK(slow.media->wait_for_bytes(up.size()) == up);
  for (std::uint32_t round = 0; round < 5; ++round)
    CHECK_NOTHROW(carry_both_ways(other, 100'000, round));
  CHECK(memory_of_children(site.httpd()) < before + kAllowance);
  std::string received;
  for (int i = 0; i < 400; ++i)
    received += rtmp_bytes(slow.client.connection().receive());
  received += slow.client.poll_for(down.size() - received.size());
  CHECK(difference(received, down) == "");
}

TEST_CASE("A backend that reads nothing holds up a pumped publisher and nobody else") {
  TunnelSite site(pumped_options(), 4096);
  auto session = site.session(over_tls());
  REQUIRE(session.client.send("begin").status == 200);
  session.media->stop_reading();
  auto other = site.session(over_tls());
  std::string up = "begin";
  auto& connection = session.client.connection();
  std::size_t answers = 0;
  std::size_t requests = 0;
  // As much as the client can get rid of, 24 MB at most.
  try {
    for (; requests < 800; ++requests) {
      const auto body = random_bytes(30'000, static_cast<std::uint32_t>(requests));
      connection.send(session.client.request("send", session.client.take_number(), body), Deadline(1s));
      up += body;
      if (connection.readable(Deadline(0ms))) {
        REQUIRE(connection.receive().status == 200);
        ++answers;
      }
    }
  } catch (const TimedOut&) {
    SUCCEED("the client is slowed down");
  }
  CHECK(requests < 800);
  CHECK_NOTHROW(carry_both_ways(other, 100'000, 2));
  session.media->resume_reading();
  // What was sent before the request that got stuck arrives, and of that one as much as left the client.
  const auto arrived = session.media->wait_for_bytes(up.size());
  CHECK(difference(arrived.substr(0, up.size()), up) == "");
  CHECK(arrived.size() < up.size() + 30'000);
}
