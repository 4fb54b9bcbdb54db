// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/start_pace.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;

TEST_CASE("A connection may begin twenty streams in any ten seconds", "[start pace]") {
  StartPace pace;
  const StartPace::TimePoint begin{};
  for (int i = 0; i < 20; ++i)
    CHECK(pace.admit(begin + i * 100ms));
  CHECK_FALSE(pace.admit(begin + 2s));
  CHECK_FALSE(pace.admit(begin + 9999ms));
  CHECK(pace.admit(begin + 10s)); // the first is that old
  CHECK_FALSE(pace.admit(begin + 10050ms));
  CHECK(pace.admit(begin + 10100ms));
}
