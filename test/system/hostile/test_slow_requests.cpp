// SPDX-License-Identifier: Apache-2.0
// Requests whose client stops sending in the middle: how long each way waits for the rest.
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// The ceiling's rule is tested by itself; here it is seen to be kept.
constexpr std::chrono::milliseconds kSmallest{20'000};
constexpr std::chrono::milliseconds kEarly{1'000}; // how much sooner an answer is a fault
constexpr std::chrono::milliseconds kLate{8'000};  // how much later

struct SlowClient {
  std::string what;
  std::chrono::milliseconds time; // that it has
  TunnelSession session;
  bool drips = false; // a byte each second
  std::optional<int> status{};
  std::chrono::milliseconds took{};
};

std::string unfinished_send(const TunnelClient& client, std::size_t sent_bytes) {
  return "POST " + tunnel_target("send", client.id(), 1) + " HTTP/1.1\r\nHost: localhost\r\n" + client.headers() +
         "Content-Length: 100000\r\n\r\n" + std::string(sent_bytes, 'b');
}

SlowClient slow_client(TunnelSite& site, const Carriage& carriage, std::size_t sent_bytes,
                       std::chrono::milliseconds time, bool drips = false) {
  SlowClient slow{carriage.name + ", " + std::to_string(sent_bytes) + " bytes" + (drips ? " and drops" : ""), time,
                  site.session(carriage), drips};
  // Over TLS the connection goes to the gateway behind a good request.
  REQUIRE(slow.session.client.idle().status == 200);
  slow.session.client.connection().send(unfinished_send(slow.session.client, sent_bytes));
  return slow;
}

void look_at(SlowClient& slow, Clock::time_point begin) {
  HttpConnection& connection = slow.session.client.connection();
  if (slow.status || !connection.readable(Deadline(0ms))) return;
  try {
    slow.status = connection.receive().status;
  } catch (const std::exception&) {
    slow.status = 0;
  }
  slow.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
}

} // namespace

TEST_CASE("A request that stops in its middle is told 408 after 20 seconds, and a second later for each 500 bytes") {
  HttpdOptions options;
  options.site = "RTMPTSessionTimeout 120s\nRTMPTIdleHold 0\n";
  options.global = "RequestReadTimeout header=20-40,MinRate=500 body=20,MinRate=500\n"; // Debian's own
  TunnelSite site(options);
  std::vector<SlowClient> clients;
  const auto begin = Clock::now();
  for (const auto& carriage : carriages())
    clients.push_back(slow_client(site, carriage, 1, kSmallest));
  clients.push_back(slow_client(site, handed_over(), 1, kSmallest, true));
  // The bytes of the head count too: 2000 of the body and some 100.
  clients.push_back(slow_client(site, handed_over(), 2'000, kSmallest + 4s));
  // A media server that takes nothing is not the client's fault: more than the buffers hold waits here.
  auto held_up = site.session(handed_over());
  held_up.media->stop_reading();
  const std::string large(20'000'000, 'b');
  held_up.client.connection().send(post(tunnel_target("send", held_up.client.id(), 0), ""));
  REQUIRE(held_up.client.connection().receive().status == 200);
  std::string head = post(tunnel_target("send", held_up.client.id(), 1), large);
  try {
    held_up.client.connection().send(head, Deadline(1s));
    FAIL("the whole body was taken");
  } catch (const TimedOut&) {
  }

  auto next_drop = begin + 1s;
  const auto all_are_told = [&] {
    const bool drop = Clock::now() >= next_drop;
    if (drop) next_drop += 1s;
    bool all = true;
    for (auto& slow : clients) {
      if (drop && slow.drips && !slow.status) slow.session.client.connection().send("b");
      look_at(slow, begin);
      all = all && slow.status.has_value();
    }
    return all;
  };
  CHECK(happens(all_are_told, Deadline(kSmallest + 4s + kLate)));
  for (const auto& slow : clients) {
    CAPTURE(slow.what, slow.took.count());
    REQUIRE(slow.status);
    CHECK(*slow.status == 408);
    CHECK(slow.took >= slow.time - kEarly);
    CHECK(slow.took <= slow.time + kLate);
  }
  CHECK_FALSE(held_up.client.connection().readable(Deadline(0ms)));
  CHECK_FALSE(held_up.media->ended());
}
