// SPDX-License-Identifier: Apache-2.0
// rtmpt-gateway when httpd stops gracefully: it gives streams a time, and no longer.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;

namespace {

constexpr std::uint32_t kLoops = 4;

} // namespace

TEST_CASE("A graceful stop leaves the sessions of all loops a time, and then ends them", "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 3);
  std::vector<EchoSession> sessions;
  for (std::uint32_t i = 0; i < kLoops; ++i)
    sessions.emplace_back(open_session(client, admission_to(backend.port())));
  const auto leg = handed_over_leg(client, sessions.front().id());
  local::Clock::time_point earliest{};
  SECTION("when all close before, it ends with the last") {
    gateway.stop_gracefully(1h);
    for (auto& session : sessions) {
      CHECK_NOTHROW(session.carry(*leg, "still there"));
      CHECK_NOTHROW(session.close(*leg));
    }
  }
  SECTION("when none closes, it ends after that time") {
    constexpr auto kTime = 4s;
    const auto begin = local::Clock::now();
    gateway.stop_gracefully(kTime);
    CHECK_NOTHROW(sessions.front().carry(*leg, "still there"));
    earliest = begin + kTime;
  }
  CHECK(gateway.wait_for_end(kPatience) == 0);
  CHECK(local::Clock::now() >= earliest);
  CHECK(gateway.log_text().find("RTMPT390: httpd stops gracefully") != std::string::npos);
}

TEST_CASE("A graceful stop without sessions ends the gateway at once", "[loops]") {
  GatewayRig gateway(kLoops);
  gateway.stop_gracefully(1h);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
