// SPDX-License-Identifier: Apache-2.0
// Refusals that a client causes on purpose, and how they are paced.
#include "gateway_rig.hpp"
#include "local/gateway_channel.hpp"
#include "raw_client.hpp"
#include "tunnel_legs.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <catch2/catch.hpp>

#include <csignal>
#include <string>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;

TEST_CASE("Refusals are paced for a connection that moves from loop to loop, too", "[refusals]") {
  constexpr std::uint32_t kBodyLimit = 1 << 20;
  GatewayRig gateway(2);
  GatewayClient client({gateway.door()}, 0);
  SlowBackend backend;
  const std::string id = open_session(client, admission_to(backend.port()));
  std::string here = unknown_beside(id);
  std::string there = here;
  there.front() = protocol::loop_of_session(id) == 0u ? 'B' : 'A';
  REQUIRE(protocol::loop_of_session(there) != protocol::loop_of_session(here));
  RawClient asking(handed_over_socket(client, id, kBodyLimit));
  const auto begin = local::Clock::now();
  std::size_t refusals = 0;
  for (; refusals < 12; ++refusals) {
    try {
      asking.send(head_of("/idle/" + (refusals % 2 == 0 ? there : here) + "/0", 1) + "0");
      if (asking.status() != 404) break;
    } catch (const std::runtime_error&) { // closed
      break;
    }
  }
  CHECK(refusals == 10);
  CHECK(local::Clock::now() - begin > 1500ms); // 50, 100, 200, 400 and 800 ms
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
