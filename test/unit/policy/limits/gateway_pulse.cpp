// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/gateway_pulse.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

using rtmpt_proxy::policy::GatewayPulse;
using Entry = GatewayPulse::Entry;
using namespace std::chrono_literals;

namespace {
const GatewayPulse::TimePoint kStart{1000s};
} // namespace

TEST_CASE("A gateway that answers, or has not been asked yet, is open to every request") {
  GatewayPulse pulse;
  CHECK(pulse.ask(kStart) == Entry::go);
  pulse.answered(kStart);
  for (int i = 0; i < 10; ++i)
    CHECK(pulse.ask(kStart) == Entry::go);
  CHECK_FALSE(pulse.is_silent());
}

TEST_CASE("After the first answer that stays away one request a second asks, the first at once") {
  GatewayPulse pulse;
  pulse.answered(kStart);
  pulse.missed(kStart + 1s, kStart + 3s);
  CHECK(pulse.is_silent());
  CHECK(pulse.ask(kStart + 3s) == Entry::probe);
  for (const auto later : {0ms, 1ms, 500ms, 999ms})
    CHECK(pulse.ask(kStart + 3s + later) == Entry::refuse);
  CHECK(pulse.ask(kStart + 4s) == Entry::probe);
  // The one that asked in vain changes nothing.
  pulse.missed(kStart + 4s, kStart + 4500ms);
  CHECK(pulse.ask(kStart + 4500ms) == Entry::refuse);
  CHECK(pulse.ask(kStart + 60s) == Entry::probe);
  CHECK(pulse.ask(kStart + 60s) == Entry::refuse);
}

TEST_CASE("Any answer opens a silent gateway to all") {
  GatewayPulse pulse;
  pulse.missed(kStart, kStart + 2s);
  pulse.missed(kStart, kStart + 2s);
  CHECK(pulse.ask(kStart + 2s) == Entry::probe);
  pulse.answered(kStart + 2100ms);
  CHECK_FALSE(pulse.is_silent());
  CHECK(pulse.ask(kStart + 2100ms) == Entry::go);
  CHECK(pulse.ask(kStart + 2100ms) == Entry::go);
}

TEST_CASE("A gateway that answers others meanwhile is slow, and not silent") {
  GatewayPulse pulse;
  pulse.answered(kStart + 1s);
  pulse.missed(kStart, kStart + 1100ms);
  CHECK_FALSE(pulse.is_silent());
  pulse.missed(kStart + 1s, kStart + 1100ms); // answered just when it was asked
  CHECK_FALSE(pulse.is_silent());
  pulse.missed(kStart + 1001ms, kStart + 1100ms);
  CHECK(pulse.is_silent());
}

TEST_CASE("A gateway that stops is silent although the requests that wait for it came before its last answer") {
  GatewayPulse pulse;
  pulse.answered(kStart + 20ms);
  pulse.missed(kStart, kStart + 20ms + GatewayPulse::kSlow - 1ms);
  CHECK_FALSE(pulse.is_silent());
  pulse.missed(kStart, kStart + 20ms + GatewayPulse::kSlow);
  CHECK(pulse.is_silent());
}

TEST_CASE("A request that waits for others is a sign of silence only when nobody was answered since it began") {
  GatewayPulse pulse;
  pulse.answered(kStart + 20ms);
  pulse.doubted(kStart, kStart + 5s);
  CHECK_FALSE(pulse.is_silent());
  pulse.doubted(kStart + 20ms, kStart + 5s);
  CHECK_FALSE(pulse.is_silent());
  pulse.doubted(kStart + 21ms, kStart + 5s);
  CHECK(pulse.is_silent());
  CHECK(pulse.ask(kStart + 5s) == Entry::probe);
  pulse.answered(kStart + 5001ms);
  CHECK(pulse.ask(kStart + 5001ms) == Entry::go);

  GatewayPulse never_answered;
  never_answered.doubted(kStart, kStart);
  CHECK(never_answered.is_silent());
}

TEST_CASE("A gateway was just asked for a few milliseconds after each probe") {
  GatewayPulse pulse;
  CHECK_FALSE(pulse.was_just_asked(kStart));
  pulse.missed(kStart, kStart);
  CHECK_FALSE(pulse.was_just_asked(kStart));
  REQUIRE(pulse.ask(kStart + 10ms) == Entry::probe);
  CHECK(pulse.was_just_asked(kStart + 10ms));
  CHECK(pulse.was_just_asked(kStart + 10ms + GatewayPulse::kJustAsked - 1ns));
  CHECK_FALSE(pulse.was_just_asked(kStart + 10ms + GatewayPulse::kJustAsked));
  CHECK_FALSE(pulse.was_just_asked(kStart + 900ms));
  pulse.answered(kStart + 11ms);
  CHECK_FALSE(pulse.was_just_asked(kStart + 12ms));
}

TEST_CASE("Of many threads that come at the same moment one asks") {
  GatewayPulse pulse;
  pulse.missed(kStart, kStart);
  std::atomic<int> probes{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 1000; ++turn)
        if (pulse.ask(kStart + 1ms) == Entry::probe) ++probes;
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(probes == 1);
}
