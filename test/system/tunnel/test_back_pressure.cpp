// SPDX-License-Identifier: Apache-2.0
// Back-pressure: a side that takes nothing stops the other one; nothing is dropped and nothing grows.
#include "support/os/processes.hpp"
#include "support/os/random_bytes.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr int kReceiveBufferBytes = 32 * 1024; // of the backend's socket, so that it is full soon
constexpr std::size_t kMemoryAllowance = 8u << 20;

HttpdOptions small_buffers() {
  HttpdOptions options;
  options.site = "RTMPTBufferSize 256K\nRTMPTIdleHold 100ms\n";
  return options;
}

// Sends the request until it is answered otherwise than with 503: forwarded, a client is told to come again when its
// request would keep a thread of httpd too long.
HttpResponse persist(TunnelSession& session, const std::string& request, Deadline deadline) {
  while (true) {
    auto reply = session.client.connection().exchange(request, deadline);
    if (reply.says_close()) session.client.reconnect();
    if (reply.status != 503 || deadline.passed()) return reply;
  }
}

} // namespace

TEST_CASE("A backend that reads nothing delays the answers to send; when it reads again, every byte arrives") {
  TunnelSite site(small_buffers(), kReceiveBufferBytes);
  const auto gateway = site.httpd().gateway_pid();
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("begin").status == 200);
    session.media->wait_for_bytes(5);
    session.media->stop_reading();
    const auto memory = memory_bytes(gateway);
    std::string up = "begin";
    std::string request;
    bool delayed = false;
    for (std::uint32_t i = 0; i < 2000 && !delayed; ++i) {
      const auto body = random_bytes(32 * 1024, i);
      up += body;
      request = session.client.request("send", session.client.take_number(), body);
      session.client.connection().send(request);
      delayed = !session.client.connection().readable(Deadline(700ms));
      if (!delayed) REQUIRE(session.client.connection().receive().status == 200);
    }
    REQUIRE(delayed);
    CHECK(up.size() >= kBufferBytes);
    CHECK(memory_bytes(gateway) < memory + kBufferBytes + kMemoryAllowance);
    session.media->resume_reading();
    auto reply = session.client.connection().receive();
    if (!carriage.handed_over && reply.status == 503) reply = persist(session, request, Deadline{});
    CHECK(reply.status == 200);
    CHECK(difference(session.media->wait_for_bytes(up.size()), up) == "");
    CHECK_NOTHROW(carry_both_ways(session, 50'000, 77));
  }
}

TEST_CASE("A forwarded send that waits long is told to come again, and is delivered once all the same") {
  TunnelSite site(small_buffers(), kReceiveBufferBytes);
  auto session = site.session(forwarded());
  session.media->stop_reading();
  std::string up;
  std::string request;
  HttpResponse reply;
  reply.status = 200;
  for (std::uint32_t i = 0; i < 2000 && reply.status == 200; ++i) {
    const auto body = random_bytes(32 * 1024, i);
    up += body;
    request = session.client.request("send", session.client.take_number(), body);
    reply = session.client.connection().exchange(request);
  }
  REQUIRE(reply.status == 503);
  session.client.reconnect();
  CHECK(session.client.connection().exchange(request).status == 503);
  session.client.reconnect();
  session.media->resume_reading();
  CHECK(persist(session, request, Deadline{}).status == 200);
  CHECK(difference(session.media->wait_for_bytes(up.size()), up) == "");
}

TEST_CASE("A client that polls nothing stops the backend; when it polls again, every byte arrives") {
  TunnelSite site(small_buffers());
  const auto gateway = site.httpd().gateway_pid();
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("x").status == 200);
    const auto memory = memory_bytes(gateway);
    const auto down = random_bytes(40'000'000, 21);
    const auto stuck_at = session.media->send_until_stuck(down, 500ms);
    CHECK(stuck_at >= kBufferBytes);
    CHECK(stuck_at < down.size());
    CHECK(memory_bytes(gateway) < memory + kBufferBytes + kMemoryAllowance);
    const auto wanted = down.substr(0, stuck_at);
    CHECK(difference(session.client.poll_for(stuck_at, Deadline(30s)), wanted) == "");
    CHECK_NOTHROW(carry_both_ways(session, 50'000, 78));
  }
}

TEST_CASE("A client that reads no replies stops neither its own requests nor the gateway's bounds") {
  TunnelSite site(small_buffers());
  const auto gateway = site.httpd().gateway_pid();
  auto session = site.session(handed_over());
  const auto memory = memory_bytes(gateway);
  // Bytes for the client wait in the session, for nobody fetches them.
  const auto down = random_bytes(200'000, 22);
  session.media->send(down);
  std::string up;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const auto body = random_bytes(500, i);
    session.client.connection().send(session.client.request("send", session.client.take_number(), body));
    up += body;
  }
  CHECK(difference(session.media->wait_for_bytes(up.size()), up) == "");
  CHECK(memory_bytes(gateway) < memory + kBufferBytes + kMemoryAllowance);
  std::string received;
  for (int i = 0; i < 3000; ++i)
    received += rtmp_bytes(session.client.connection().receive());
  received += session.client.poll_for(down.size() - received.size());
  CHECK(difference(received, down) == "");
}
