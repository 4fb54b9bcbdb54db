// SPDX-License-Identifier: Apache-2.0
// A member that stops reading slows its own clients, and nobody else.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/processes.hpp"
#include "support/os/random_bytes.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr int kReceiveBufferBytes = 32 * 1024;
constexpr std::size_t kMemoryAllowance = 8u << 20;

TunnelSession session_at(const HttpdFixture& httpd, ScriptedBackend& backend) {
  TunnelSession session{TunnelClient(httpd.plain()), nullptr};
  session.client.open();
  session.media = backend.accept();
  return session;
}

// Sends until an answer stays away; returns all that was sent.
std::string fill(TunnelSession& session) {
  std::string up;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const auto body = random_bytes(32 * 1024, i);
    up += body;
    session.client.connection().send(session.client.request("send", session.client.take_number(), body));
    if (!session.client.connection().readable(Deadline(700ms))) return up;
    if (session.client.connection().receive().status != 200) break;
  }
  throw std::runtime_error("a member that does not read stops no client");
}

} // namespace

TEST_CASE("A balancer's member that reads nothing stops its own client; sessions at the others and new ones go on") {
  ScriptedBackend stuck(kReceiveBufferBytes);
  ScriptedBackend good(kReceiveBufferBytes);
  HttpdOptions options;
  options.plain_site = balancer_section("media", {stuck.url(), good.url()}, "  ProxySet lbmethod=rtmptsessions\n") +
                       "RTMPTProxyPass balancer://media\nRTMPTBufferSize 256K\nRTMPTIdleHold 100ms\n";
  HttpdFixture httpd(options);
  httpd.start();
  const auto gateway = httpd.gateway_pid();
  auto slow = session_at(httpd, stuck);
  auto fast = session_at(httpd, good);
  const auto memory = memory_bytes(gateway);
  slow.media->stop_reading();
  const auto up = fill(slow);
  CHECK(up.size() >= kBufferBytes);
  CHECK(memory_bytes(gateway) < memory + kBufferBytes + kMemoryAllowance);

  const auto begin = Clock::now();
  CHECK_NOTHROW(carry_both_ways(fast, 500'000, 1));
  auto at_stuck = session_at(httpd, stuck); // it takes connections as before
  auto at_good = session_at(httpd, good);
  CHECK_NOTHROW(carry_both_ways(at_stuck, 100'000, 2));
  CHECK_NOTHROW(carry_both_ways(at_good, 100'000, 3));
  CHECK(Clock::now() - begin < 20s);
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  CHECK_FALSE(slow.client.connection().readable(Deadline(0ms)));

  slow.media->resume_reading();
  CHECK(slow.client.connection().receive().status == 200);
  CHECK(difference(slow.media->wait_for_bytes(up.size()), up) == "");
}
