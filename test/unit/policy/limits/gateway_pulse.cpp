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
  pulse.missed(kStart, kStart + 2s);
  CHECK_FALSE(pulse.is_silent());
  pulse.missed(kStart + 1s, kStart + 3s); // answered just when it was asked
  CHECK_FALSE(pulse.is_silent());
  pulse.missed(kStart + 1001ms, kStart + 3s);
  CHECK(pulse.is_silent());
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
