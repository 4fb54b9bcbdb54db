// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/callbacks/callback_verdict.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;
using Decision = CallbackDecision;

TEST_CASE("What the answer of a callback means", "[callback verdict]") {
  struct Row {
    CallbackAnswer answer;
    Decision decision;
    std::string why;
  };
  for (const Row& row : std::vector<Row>{
           {{.status = 200}, Decision::allow, ""},
           {{.status = 204}, Decision::allow, ""},
           {{.status = 299}, Decision::allow, ""},
           {{.status = 302}, Decision::deny, "the callback answers with a redirect (302), which is never followed"},
           {{.status = 304}, Decision::deny, "the callback answers with a redirect (304), which is never followed"},
           {{.status = 200, .has_location = true},
            Decision::deny,
            "the callback answers with a redirect (200), which is never followed"},
           {{.status = 403}, Decision::deny, "the callback answers 403"},
           {{.status = 404}, Decision::deny, "the callback answers 404"},
           {{.status = 500}, Decision::fail, "the callback answers 500"},
           {{.status = 503}, Decision::fail, "the callback answers 503"},
           {{.status = 0}, Decision::fail, "the callback answers 0"},
           {{.status = 100}, Decision::fail, "the callback answers 100"},
           {{.status = 200, .too_late = true}, Decision::fail, "the callback gave no whole answer in 3000 ms"},
           {{.status = 200, .too_long = true}, Decision::fail, "the callback's answer is over 65536 bytes long"},
           {{.status = 200, .no_place = true}, Decision::fail, "too many callbacks are under way"},
       }) {
    CAPTURE(row.answer.status, row.why);
    const CallbackVerdict verdict = judge_callback(row.answer, 3s);
    CHECK(verdict.decision == row.decision);
    CHECK(verdict.why == row.why);
  }
}
