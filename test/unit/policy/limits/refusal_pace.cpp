// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/refusal_pace.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

using rtmpt_proxy::policy::RefusalPace;
using namespace std::chrono_literals;

namespace {

const RefusalPace::TimePoint kStart{1h};

std::chrono::milliseconds refuse(RefusalPace& pace, const std::string& address, RefusalPace::TimePoint now) {
  const auto delay = pace.begin_wait(address, now);
  pace.end_wait(address);
  return delay;
}

} // namespace

TEST_CASE("The first three refusals of an address come at once, later ones take longer and longer", "[refusals]") {
  RefusalPace pace;
  std::vector<std::chrono::milliseconds> delays;
  for (int i = 0; i < 12; ++i)
    delays.push_back(refuse(pace, "192.0.2.1", kStart));
  CHECK(delays == std::vector<std::chrono::milliseconds>{0ms, 0ms, 0ms, 250ms, 500ms, 1s, 2s, 4s, 5s, 5s, 5s, 5s});
  CHECK(refuse(pace, "192.0.2.2", kStart) == 0ms);
  for (int i = 0; i < 100; ++i)
    refuse(pace, "192.0.2.1", kStart);
  CHECK(refuse(pace, "192.0.2.1", kStart) == 5s);
}

TEST_CASE("An address without a refusal for a minute is as good as new", "[refusals]") {
  RefusalPace pace;
  for (int i = 0; i < 6; ++i)
    refuse(pace, "a", kStart);
  CHECK(refuse(pace, "a", kStart + 59s) == 2s);
  CHECK(refuse(pace, "a", kStart + 59s + 60s) == 0ms);
}

TEST_CASE("While sixteen refusals of an address wait, it may ask no more", "[refusals]") {
  RefusalPace pace;
  for (std::uint32_t i = 0; i < RefusalPace::kMostWaiting; ++i) {
    CHECK(pace.may_ask("a"));
    pace.begin_wait("a", kStart);
  }
  CHECK_FALSE(pace.may_ask("a"));
  CHECK(pace.may_ask("b"));
  pace.end_wait("a");
  CHECK(pace.may_ask("a"));
}

TEST_CASE("The addresses that were refused last are remembered, and no more than 4,096", "[refusals]") {
  RefusalPace pace;
  for (int i = 0; i < 4; ++i)
    refuse(pace, "early", kStart);
  for (int i = 0; i < 4; ++i)
    refuse(pace, "returning", kStart);
  for (std::size_t i = 0; i < RefusalPace::kMostAddresses - 1; ++i)
    refuse(pace, std::to_string(i), kStart + 1s);
  CHECK(pace.addresses() == RefusalPace::kMostAddresses);
  CHECK(refuse(pace, "returning", kStart + 2s) == 500ms);
  CHECK(refuse(pace, "early", kStart + 2s) == 0ms);
  CHECK(pace.addresses() == RefusalPace::kMostAddresses);
  pace.end_wait("never seen");
}
