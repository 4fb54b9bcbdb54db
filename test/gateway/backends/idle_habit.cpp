// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/idle_habit.hpp"

#include <catch2/catch.hpp>

#include <vector>

using rtmpt_proxy::gateway::IdleHabit;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST_CASE("What a server did with idles tells how long a send waits", "[idle_habit]") {
  struct Case {
    std::vector<milliseconds> answers;
    milliseconds wait;
  };
  const auto example = GENERATE(Case{{}, IdleHabit::kWaitUnknown},   // nothing is known
                                Case{{1ms}, IdleHabit::kWaitAtOnce}, // answers at once
                                Case{{500ms}, 0ms},                  // holds
                                Case{{400ms}, 0ms}, Case{{399ms}, IdleHabit::kWaitAtOnce},
                                Case{{500ms, 1ms}, IdleHabit::kWaitAtOnce},        // it was busy
                                Case{{1ms, 500ms, 500ms}, IdleHabit::kWaitAtOnce}, // it is busy
                                Case{{1ms, 500ms, 500ms, 500ms}, 0ms},             // it holds now
                                Case{{1ms, 500ms, 1ms, 500ms, 500ms}, IdleHabit::kWaitAtOnce});
  IdleHabit habit;
  for (const milliseconds took : example.answers)
    habit.answered_empty(took);
  CHECK(habit.send_wait() == example.wait);
}
