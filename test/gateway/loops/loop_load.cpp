// SPDX-License-Identifier: Apache-2.0
#include "gateway/loops/loop_load.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using rtmpt_proxy::gateway::is_full;

TEST_CASE("A loop is full when it uses more than 85 % of its thread's time", "[loop_load]") {
  struct Row {
    std::chrono::nanoseconds used;
    std::chrono::nanoseconds passed;
    bool full;
  };
  for (const auto& [used, passed, full] : {
           Row{0ns, 2s, false},
           Row{1s, 2s, false},
           Row{1'699'999'999ns, 2s, false},
           Row{1'700'000'000ns, 2s, false},
           Row{1'700'000'001ns, 2s, true},
           Row{2s, 2s, true},
           Row{850ms, 1s, false},
           Row{851ms, 1s, true},
           Row{2s, 60s, false}, // most of it was a time without sessions
           Row{52s, 60s, true},
       }) {
    CAPTURE(used.count(), passed.count());
    CHECK(is_full(used, passed) == full);
  }
}

TEST_CASE("A loop that has had no time is not full", "[loop_load]") {
  CHECK_FALSE(is_full(0ns, 0ns));
  CHECK_FALSE(is_full(1ms, 0ns));
}

TEST_CASE("A loop that did little in years is not full", "[loop_load]") {
  // The first look counts from the machine's start on.
  constexpr std::chrono::nanoseconds kYears = 20 * 365 * 24h;
  CHECK_FALSE(is_full(1h, kYears));
  CHECK(is_full(kYears - 1h, kYears));
}
