// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/request_time.hpp>

#include <catch2/catch.hpp>

#include <limits>

using namespace std::chrono_literals;
using rtmpt_proxy::policy::request_time;

TEST_CASE("A request has 20 seconds, one more for each 500 bytes, and five minutes at most", "[policy]") {
  struct Row {
    std::uint64_t bytes;
    std::chrono::seconds time;
  };
  const auto row = GENERATE(values<Row>({{0, 20s},
                                         {1, 20s},
                                         {499, 20s},
                                         {500, 21s},
                                         {999, 21s},
                                         {1'000, 22s},
                                         {139'999, 299s},
                                         {140'000, 300s},
                                         {140'500, 300s},
                                         {3'000'000, 300s},
                                         {std::numeric_limits<std::uint64_t>::max(), 300s}}));
  CAPTURE(row.bytes);
  CHECK(request_time(row.bytes) == row.time);
}
