// SPDX-License-Identifier: Apache-2.0
// What one client may make of the time of a loop.
#include "gateway_rig.hpp"
#include "raw_client.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <limits>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;

namespace {

constexpr std::size_t kFlooders = 60;
constexpr std::size_t kBurst = 500;
constexpr std::uint32_t kLargeBodies = 128u << 20;

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

} // namespace

TEST_CASE("Clients that pipeline hundreds of requests do not make another's answer wait for all of them",
          "[fairness]") {
  GatewayRig gateway(1);
  GatewayClient client({gateway.door()}, 0);
  SlowBackend backend;
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i)
    ids.push_back(open_session(client, admission_to(backend.port())));
  std::vector<RawClient> flooders;
  for (std::size_t i = 0; i < kFlooders; ++i)
    flooders.emplace_back(handed_over_socket(client, ids[i % 2], kLargeBodies));
  RawClient other(handed_over_socket(client, ids[2], kLargeBodies));
  // The first answer to each number; then the same again and again.
  for (std::size_t i = 0; i < 2; ++i) {
    flooders[i].send(head_of("/send/" + ids[i] + "/0", 1) + "x");
    REQUIRE(flooders[i].status() == 200);
  }
  other.send(head_of("/send/" + ids[2] + "/0", 1) + "x");
  REQUIRE(other.status() == 200);

  // Bytes of replies to flooders that came before the other's own reply. The gateway goes on while this process waits
  // for a processor, so that one good round of many is enough.
  constexpr int kMostRounds = 20;
  constexpr std::size_t kReplyBytes = 80; // at least
  constexpr std::size_t kFewBytes = kFlooders * kBurst * kReplyBytes / 4;
  std::size_t fewest_bytes = std::numeric_limits<std::size_t>::max();
  for (int round = 1; round <= kMostRounds && fewest_bytes >= kFewBytes; ++round) {
    // All requests are there when the gateway goes on, the other's last.
    gateway.signal(SIGSTOP);
    for (std::size_t i = 0; i < kFlooders; ++i)
      flooders[i].send(repeated(head_of("/send/" + ids[i % 2] + "/0", 1) + "x", kBurst));
    other.send(head_of("/send/" + ids[2] + "/" + std::to_string(round), 1) + "x");
    gateway.signal(SIGCONT);
    CHECK(other.status() == 200);
    std::size_t reply_bytes = 0;
    for (const RawClient& flooder : flooders)
      reply_bytes += flooder.unread_bytes();
    std::printf("%zu KiB of replies to others came before its own\n", reply_bytes / 1024);
    fewest_bytes = std::min(fewest_bytes, reply_bytes);
    for (std::size_t i = 0; i < kFlooders; ++i)
      for (std::size_t reply = 0; reply < kBurst; ++reply)
        if (flooders[i].status() != 200) FAIL("a repeated send was refused");
  }
  CHECK(fewest_bytes < kFewBytes);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A client that asks for unknown sessions again and again waits for each refusal, and is closed",
          "[fairness]") {
  GatewayRig gateway(1);
  GatewayClient client({gateway.door()}, 0);
  SlowBackend backend;
  const std::string id = open_session(client, admission_to(backend.port()));
  RawClient asking(handed_over_socket(client, id, kLargeBodies));
  const auto begin = local::Clock::now();
  const std::string unknown = head_of("/idle/" + unknown_beside(id) + "/0", 1) + "0";
  asking.send(repeated(unknown, kBurst));
  std::size_t refusals = 0;
  for (; refusals < 10; ++refusals)
    if (asking.status() != 404) break;
  CHECK(refusals == 10);
  CHECK(asking.ended());
  CHECK(local::Clock::now() - begin > 1500ms); // 50, 100, 200, 400 and 800 ms

  SECTION("but one that is served in between is not") {
    RawClient served(handed_over_socket(client, id, kLargeBodies));
    for (std::uint32_t number = 0; number < 12; ++number) {
      served.send(unknown);
      CHECK(served.status() == 404);
      served.send(head_of("/send/" + id + "/" + std::to_string(number), 1) + "x");
      CHECK(served.status() == 200);
    }
  }
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
