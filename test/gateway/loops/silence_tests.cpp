// SPDX-License-Identifier: Apache-2.0
// A gateway that stands still, as a child's requests find out: which of them may ask it, and which give up at once.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;
using apache::Terms;
using local::ChannelStatus;
using local::Clock;

namespace {

const protocol::GatewayMessage kQuestion = protocol::Choose{{{admission_to(1).backend, 1}}};

bool is_answered(GatewayClient& client, std::chrono::milliseconds within = kPatience) {
  auto conversation = client.exchange(0, kQuestion, within);
  if (conversation.status != ChannelStatus::ok) return false;
  client.give_back(0, std::move(conversation.channel));
  return true;
}

// How many of so many threads, which ask at the same moment, are answered.
int answered_of(int threads, GatewayClient& client) {
  std::atomic<int> ready{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i)
    all.emplace_back([&] {
      ++ready;
      while (ready < threads)
        std::this_thread::yield();
      if (is_answered(client)) ++answered;
    });
  for (std::thread& thread : all)
    thread.join();
  return answered;
}

// An idle that the gateway holds as long as it may.
protocol::GatewayMessage held_idle(const std::string& id) {
  protocol::Forward message;
  message.vhost_key = protocol::VhostKey("vh");
  message.hold_limit = 10s;
  message.wait_limit = 10s;
  message.request = {protocol::TunnelRequestKind::idle, protocol::SessionId(id), 1u};
  return message;
}

// Terms of a request that waits for others too, and may not wait long.
Terms impatient(std::function<std::shared_ptr<void>()> ask) {
  Terms terms(kPatience);
  terms.patient_until = Clock::now() + 50ms;
  terms.ask = std::move(ask);
  terms.waits_for_others = true;
  return terms;
}

} // namespace

TEST_CASE("A request that waits for others too finds out that the gateway stands still", "[silence]") {
  GatewayRig gateway(1);
  GatewayClient client({gateway.door()}, 0);
  REQUIRE(is_answered(client));
  gateway.signal(SIGSTOP);
  CHECK(client.exchange(0, kQuestion, impatient([] { return nullptr; })).status == ChannelStatus::crowded);
  CHECK(client.is_silent(0));
  gateway.signal(SIGCONT);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A request that waits long does not make a gateway silent that answers another one meanwhile", "[silence]") {
  GatewayRig gateway(1);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  const std::string id = open_session(client, admission_to(backend.port()));
  bool others_answered = false;
  const auto ask = [&] {
    others_answered = is_answered(client);
    return nullptr;
  };
  const protocol::SessionId session(id);
  CHECK(client.exchange_for_session(0, session, held_idle(id), impatient(ask)).status == ChannelStatus::crowded);
  CHECK(others_answered);
  CHECK_FALSE(client.is_silent(0));
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("When a gateway goes on, those who come together with the one that asks it are served with it", "[silence]") {
  constexpr int kThreads = 8;
  // A busy machine lets some threads come too late. If all were refused that come with the one that asks, hardly a
  // round were good.
  constexpr int kGoodRounds = 10;
  constexpr int kMostRounds = 40;
  GatewayRig gateway(1);
  GatewayClient client({gateway.door()}, 0);
  int good_rounds = 0;
  for (int round = 0; round < kMostRounds && good_rounds < kGoodRounds; ++round) {
    REQUIRE(is_answered(client));
    gateway.signal(SIGSTOP);
    REQUIRE_FALSE(is_answered(client, 300ms));
    REQUIRE(client.is_silent(0));
    gateway.signal(SIGCONT);
    if (answered_of(kThreads, client) == kThreads) ++good_rounds;
    while (!is_answered(client)) // on a busy machine the one that asked may have given up
      std::this_thread::yield();
  }
  CHECK(good_rounds == kGoodRounds);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
