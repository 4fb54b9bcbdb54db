// SPDX-License-Identifier: Apache-2.0
// Local sockets that stand for clients' TLS connections, and come without a request.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <thread>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;
using protocol::TunnelRequestKind;

namespace {

constexpr std::uint32_t kLoops = 2;

std::string text_of(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

} // namespace

TEST_CASE("A local socket is served like a TCP connection, whosever sessions' requests come on it", "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  std::vector<EchoSession> sessions;
  for (std::uint32_t i = 0; i < kLoops * 2; ++i)
    sessions.emplace_back(open_session(client, admission_to(backend.port())));
  const auto leg = pumped_leg(client, sessions.front().id());
  for (int round = 0; round < 3; ++round)
    for (EchoSession& session : sessions)
      REQUIRE_NOTHROW(session.carry(*leg, text_of(100'000)));
  CHECK(leg->request({TunnelRequestKind::open, "1", std::nullopt, {}}).status == 421);
  CHECK(leg->ended());
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A local socket for a session that is not there is not taken", "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  const std::string id = open_session(client, admission_to(backend.port()));
  CHECK_THROWS_AS(pumped_leg(client, unknown_beside(id)), std::runtime_error);
  CHECK_NOTHROW(pumped_leg(client, id));
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A local socket whose client sends no more is ended", "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  EchoSession session(open_session(client, admission_to(backend.port())));
  const auto leg = pumped_leg(client, session.id());
  REQUIRE_NOTHROW(session.carry(*leg, "bytes"));
  leg->end_writing();
  CHECK(leg->ended());
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A session ends soon when its only local socket is gone, if all that was forwarded had come on it",
          "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  protocol::Admission admission = admission_to(backend.port());
  admission.terms.session_timeout = 6s;
  const std::uint32_t noted = GENERATE(1u, 0u);
  CAPTURE(noted);
  EchoSession session(open_session(client, admission));
  REQUIRE(forwarding_leg(client)->request({TunnelRequestKind::idle, session.id(), 0u, {}}).status == 200);
  auto leg = pumped_leg(client, session.id(), noted);
  REQUIRE(leg->request({TunnelRequestKind::idle, session.id(), 1u, {}}).status == 200);
  leg.reset();
  REQUIRE(gateway.logs("RTMPT303"));
  CHECK(gateway.logged(noted == 1 ? "ended: client gone" : "ended: no request in time") == 1);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
