// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/refusal_tally.hpp>

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;

namespace {

constexpr RefusalTally::TimePoint kNow{1000h};

void note(RefusalTally& tally, const std::string& address, std::uint32_t times, RefusalTally::TimePoint now = kNow) {
  for (std::uint32_t i = 0; i < times; ++i)
    tally.note(address, now);
}

} // namespace

TEST_CASE("An address has ten wrong tries in a minute, whatever others do", "[refusal tally]") {
  const auto tally = std::make_unique<RefusalTally>();
  CHECK_FALSE(tally->is_spent("192.0.2.1", kNow));
  note(*tally, "192.0.2.1", RefusalTally::kMostTries - 1);
  CHECK_FALSE(tally->is_spent("192.0.2.1", kNow));
  note(*tally, "192.0.2.1", 1, kNow + 59s);
  CHECK(tally->is_spent("192.0.2.1", kNow + 59s));
  CHECK_FALSE(tally->is_spent("192.0.2.2", kNow + 59s));
  CHECK_FALSE(tally->is_spent("192.0.2.1", kNow + 60s));
  note(*tally, "192.0.2.1", 1, kNow + 60s); // a new minute
  CHECK_FALSE(tally->is_spent("192.0.2.1", kNow + 60s));
  note(*tally, "192.0.2.1", 70'000, kNow + 60s); // a full count stays full
  CHECK(tally->is_spent("192.0.2.1", kNow + 61s));
}

TEST_CASE("Of many addresses nearly all are counted, and none is counted for another", "[refusal tally]") {
  const auto tally = std::make_unique<RefusalTally>();
  std::size_t spent = 0;
  for (int i = 0; i < 400; ++i)
    note(*tally, "2001:db8::" + std::to_string(i), RefusalTally::kMostTries);
  for (int i = 0; i < 400; ++i)
    spent += tally->is_spent("2001:db8::" + std::to_string(i), kNow) ? 1 : 0;
  CHECK(spent > 350);
  for (int i = 0; i < 10'000; ++i)
    REQUIRE_FALSE(tally->is_spent("198.51.100." + std::to_string(i), kNow));
}

TEST_CASE("An address that shares a place with one of many tries does not make them forgotten", "[refusal tally]") {
  const auto tally = std::make_unique<RefusalTally>();
  note(*tally, "192.0.2.1", RefusalTally::kMostTries);
  for (int i = 0; i < 50'000; ++i)
    tally->note("198.51.100." + std::to_string(i), kNow);
  CHECK(tally->is_spent("192.0.2.1", kNow));
}

TEST_CASE("Tries of many threads are counted together", "[refusal tally]") {
  const auto tally = std::make_unique<RefusalTally>();
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&tally] { note(*tally, "192.0.2.1", 3); });
  for (std::thread& thread : threads)
    thread.join();
  CHECK_FALSE(tally->is_spent("192.0.2.1", kNow));
  note(*tally, "192.0.2.1", 1);
  CHECK(tally->is_spent("192.0.2.1", kNow));
}
