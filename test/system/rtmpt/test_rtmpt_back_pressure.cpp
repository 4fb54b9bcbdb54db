// SPDX-License-Identifier: Apache-2.0
// Back-pressure through an RTMPT server's connection: whoever takes nothing slows his own session, and nothing grows.
#include "support/os/processes.hpp"
#include "support/os/random_bytes.hpp"
#include "support/sites/rtmpt_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kMemoryAllowance = 8u << 20;

HttpdOptions small_buffers() {
  HttpdOptions options;
  options.site = "RTMPTBufferSize 256K\nRTMPTIdleHold 100ms\n";
  return options;
}

RtmptServerOptions small_receive_buffer() {
  RtmptServerOptions options;
  options.receive_buffer_bytes = 32 * 1024;
  return options;
}

// Sends until an answer does not come; returns all that was sent. The request that hangs is left unanswered.
std::string send_until_stuck(RtmptSession& session) {
  std::string sent;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const auto body = random_bytes(32 * 1024, i);
    sent += body;
    auto& connection = session.client.connection();
    connection.send(session.client.request("send", session.client.take_number(), body));
    if (!connection.readable(Deadline(700ms))) return sent;
    if (connection.receive().status != 200) throw std::runtime_error("a send was not answered with 200");
  }
  throw std::runtime_error("64 MB were taken by a server that reads nothing");
}

} // namespace

TEST_CASE("An RTMPT server that stops reading slows its own client only, and nothing is lost when it reads again") {
  RtmptSite site(small_buffers(), small_receive_buffer());
  const auto gateway = site.httpd().gateway_pid();
  auto stuck = site.session();
  auto other = site.session();
  REQUIRE_NOTHROW(carry_both_ways(site, stuck, 20'000, 1));
  REQUIRE_NOTHROW(carry_both_ways(site, other, 20'000, 2));
  const auto before = site.server().received(stuck.at_server);
  const auto memory = memory_bytes(gateway);
  site.server().stop_reading(stuck.at_server);
  const auto sent = send_until_stuck(stuck);
  CHECK(sent.size() >= kBufferBytes);
  CHECK(memory_bytes(gateway) < memory + kBufferBytes + kMemoryAllowance);
  const auto begin = std::chrono::steady_clock::now();
  CHECK_NOTHROW(carry_both_ways(site, other, 300'000, 3));
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  site.server().resume_reading(stuck.at_server);
  CHECK(stuck.client.connection().receive().status == 200);
  const auto wanted = before + sent;
  CHECK(difference(site.server().wait_for_bytes(stuck.at_server, wanted.size()), wanted) == "");
  CHECK_NOTHROW(carry_both_ways(site, stuck, 50'000, 4));
}

TEST_CASE("An RTMPT server that answers no send stops its client when the buffer is full, and loses nothing") {
  RtmptSite site(small_buffers());
  auto session = site.session();
  site.server().follow([](const RtmptRequest& request) -> RtmptAnswer { return {.held = request.kind == "send"}; });
  const auto sent = send_until_stuck(session);
  CHECK(sent.size() >= kBufferBytes);
  CHECK(sent.size() < 4 * kBufferBytes);
  CHECK(site.server().count("send") == 1);
  site.server().release();
  CHECK(session.client.connection().receive().status == 200);
  CHECK(difference(site.server().wait_for_bytes(session.at_server, sent.size()), sent) == "");
}

TEST_CASE("A client that fetches nothing stops the polling; when it polls again, every byte arrives") {
  RtmptSite site(small_buffers());
  const auto gateway = site.httpd().gateway_pid();
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    REQUIRE(session.client.send("x").status == 200);
    const auto memory = memory_bytes(gateway);
    const auto down = random_bytes(4'000'000, 21);
    site.server().send(session.at_server, down);
    const auto taken = [&] { return site.server().session(session.at_server).taken; };
    eventually("the gateway's buffer is full", [&] { return taken() >= kBufferBytes; });
    // A poll every 500 ms at the least is what it does otherwise.
    const auto polls = [&] { return site.server().requests().size(); };
    const auto no_more_polls = [&] {
      const auto count = polls();
      return !happens([&] { return polls() > count; }, Deadline(1200ms));
    };
    CHECK(happens(no_more_polls));
    // The buffer, the answer that did not fit into it, and what the kernel keeps of that.
    CHECK(taken() <= 2 * kBufferBytes);
    CHECK(memory_bytes(gateway) < memory + kBufferBytes + kMemoryAllowance);
    CHECK(difference(session.client.poll_for(down.size(), Deadline(60s)), down) == "");
    CHECK_NOTHROW(carry_both_ways(site, session, 50'000, 78));
    CHECK(session.client.close().status == 200);
  }
}
