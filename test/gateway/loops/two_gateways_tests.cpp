// SPDX-License-Identifier: Apache-2.0
// Two gateways side by side, as after an upgrade: each knows whose an id is.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "tunnel_legs.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <catch2/catch.hpp>

#include <csignal>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;
using local::ChannelStatus;
using protocol::TunnelRequestKind;

namespace {

constexpr std::uint32_t kLoops = 2;

std::uint16_t status_of_idle(TunnelLeg& leg, const std::string& id) {
  return leg.request({TunnelRequestKind::idle, id, 7u, {}}).status;
}

// The answer of the gateway behind `door`; 0 when it gives none in time.
std::uint16_t forwarded_idle(GatewayClient& client, std::size_t door, const std::string& id,
                             std::chrono::milliseconds within = kPatience) {
  protocol::Forward message;
  message.vhost_key = protocol::VhostKey("vh");
  message.request = {TunnelRequestKind::idle, protocol::SessionId(id), 7u};
  auto conversation = client.exchange_for_session(door, message.request.session_id, message, within);
  if (conversation.status != ChannelStatus::ok) return 0;
  client.give_back(door, std::move(conversation.channel));
  return std::get<protocol::Reply>(conversation.answer).status;
}

// Two gateways, each with a session.
struct TwoGateways {
  GatewayRig old_gateway{kLoops};
  GatewayRig new_gateway{kLoops};
  EchoBackend backend;
  GatewayClient to_old{{old_gateway.door()}, 0};
  GatewayClient to_new{{new_gateway.door()}, 0};
  std::string old_id = open_session(to_old, admission_to(backend.port()));
  std::string new_id = open_session(to_new, admission_to(backend.port()));

  void end() {
    for (const GatewayRig* const gateway : {&old_gateway, &new_gateway})
      gateway->signal(SIGTERM);
    CHECK(old_gateway.wait_for_end(kPatience) == 0);
    CHECK(new_gateway.wait_for_end(kPatience) == 0);
  }
};

} // namespace

TEST_CASE("A connection of either gateway that brings the other's id is told 421 and closed", "[two-gateways]") {
  TwoGateways site;
  const bool retires = GENERATE(true, false);
  CAPTURE(retires);
  if (retires) site.old_gateway.retire();
  const auto check = [](GatewayClient& client, const std::string& own, const std::string& others, bool pumped) {
    const auto leg = pumped ? pumped_leg(client, own) : handed_over_leg(client, own);
    EchoSession session(own);
    CHECK_NOTHROW(session.carry(*leg, "carried before"));
    CHECK(status_of_idle(*leg, unknown_beside(own)) == 404); // and the connection goes on
    CHECK_NOTHROW(session.carry(*leg, "carried after"));
    CHECK(status_of_idle(*leg, others) == 421);
    CHECK(leg->ended());
  };
  SECTION("handed over") {
    check(site.to_old, site.old_id, site.new_id, false);
    check(site.to_new, site.new_id, site.old_id, false);
  }
  SECTION("pumped") {
    check(site.to_old, site.old_id, site.new_id, true);
    check(site.to_new, site.new_id, site.old_id, true);
  }
  site.end();
}

TEST_CASE("A request of another gateway's session is told apart from one of no session", "[two-gateways]") {
  TwoGateways site;
  GatewayClient client({site.new_gateway.door(), site.old_gateway.door()}, 0);
  CHECK(forwarded_idle(client, 0, site.new_id) == 200);
  CHECK(forwarded_idle(client, 1, site.new_id) == 421);
  CHECK(forwarded_idle(client, 0, site.old_id) == 421);
  CHECK(forwarded_idle(client, 1, site.old_id) == 200);
  CHECK(forwarded_idle(client, 0, unknown_beside(site.new_id)) == 404);
  CHECK(forwarded_idle(client, 1, unknown_beside(site.old_id)) == 404);
  const std::string nobodys = std::string(protocol::kSessionIdBytes, 'A');
  CHECK(forwarded_idle(client, 0, nobodys) == 421);
  CHECK(forwarded_idle(client, 1, nobodys) == 421);
  site.end();
}

TEST_CASE("Whose session it is, a child knows without a word of a gateway that stands still", "[two-gateways]") {
  TwoGateways site;
  GatewayClient client({site.new_gateway.door(), site.old_gateway.door()}, 0);
  for (std::uint32_t loop = 0; loop < kLoops; ++loop) // a channel of each loop is kept
    CHECK(client.exchange(0, protocol::Choose{{{admission_to(1).backend, 1}}}, kPatience).status == ChannelStatus::ok);
  REQUIRE(forwarded_idle(client, 0, site.new_id) == 200);
  REQUIRE(forwarded_idle(client, 0, site.old_id) == 421); // by a channel of its first loop, which is kept from now on
  site.new_gateway.signal(SIGSTOP);
  CHECK(forwarded_idle(client, 0, site.old_id, 100ms) == 421);
  CHECK(forwarded_idle(client, 1, site.old_id) == 200);
  site.new_gateway.signal(SIGCONT);
  site.end();
}

TEST_CASE("A gateway that follows behind the same door has ids of its own, and every child finds them",
          "[two-gateways]") {
  GatewayRig gateway(kLoops);
  EchoBackend backend;
  GatewayClient opening({gateway.door()}, 0);
  GatewayClient other({gateway.door()}, 0);
  const std::string lost = open_session(opening, admission_to(backend.port()));
  REQUIRE(forwarded_idle(other, 0, lost) == 200);
  for (const std::uint32_t loops : {kLoops, 1u}) {
    gateway.signal(SIGTERM);
    REQUIRE(gateway.wait_for_end(kPatience) == 0);
    gateway.start(loops);
    const std::string id = open_session(opening, admission_to(backend.port()));
    CHECK(forwarded_idle(other, 0, id) == 200); // it still remembers the gateway before
    CHECK(forwarded_idle(other, 0, lost) == 421);
    CHECK(forwarded_idle(opening, 0, lost) == 421);
    const auto leg = handed_over_leg(other, id);
    CHECK(status_of_idle(*leg, lost) == 421);
    CHECK(leg->ended());
  }
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
