// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/settings/bit_rate_limit.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>

using namespace rtmpt_proxy::policy;

TEST_CASE("A bit rate is a number with thousands after it, within its limits", "[bit rate]") {
  struct Row {
    std::string text;
    std::optional<std::uint32_t> bits_per_second;
  };
  for (const Row& row : {
           Row{"0", 0u},
           {"16000", 16'000u},
           {"16k", 16'000u},
           {"2500K", 2'500'000u},
           {"8M", 8'000'000u},
           {"8m", 8'000'000u},
           {"1G", 1'000'000'000u},
           {"1000m", 1'000'000'000u},
           {"0M", 0u},
           {"15999", {}},
           {"15k", {}},
           {"1001M", {}},
           {"2G", {}},
           {"5000000000", {}},
           {"18446744073709551616", {}},
           {"8 M", {}},
           {"8Mb", {}},
           {"8Mbit/s", {}},
           {"8.5M", {}},
           {"-8M", {}},
           {"+8M", {}},
           {"M", {}},
           {"", {}},
           {"On", {}},
       }) {
    CAPTURE(row.text);
    CHECK(parse_bit_rate(row.text) == row.bits_per_second);
  }
}

TEST_CASE("A client over its bit rate is closed or throttled", "[bit rate]") {
  CHECK(parse_rate_action("close") == false);
  CHECK(parse_rate_action("throttle") == true);
  CHECK(parse_rate_action("Throttle") == true);
  for (const std::string text : {"", "On", "closed", "throttle "})
    CHECK(parse_rate_action(text) == std::nullopt);
}
