// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/settings/setting_text.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr const OnOffSetting& kHandOver = std::get<0>(kSimpleSettings);
constexpr const TimeSetting& kSessionTimeout = std::get<3>(kSimpleSettings);
constexpr const NumberSetting& kBodyLimit = std::get<5>(kSimpleSettings);
constexpr const NumberSetting& kMaxSessions = std::get<6>(kSimpleSettings);

std::string number_text(milliseconds time) {
  return std::to_string(time.count()) + "ms";
}
std::string number_text(std::uint32_t number) {
  return std::to_string(number);
}

} // namespace

TEST_CASE("What a hub keeps is Off or a size", "[settings]") {
  CHECK(parse_gop_cache("Off") == 0u);
  CHECK(parse_gop_cache("off") == 0u);
  CHECK(parse_gop_cache("64K") == 64u << 10);
  CHECK(parse_gop_cache("4M") == 4u << 20);
  CHECK(parse_gop_cache("67108864") == 64u << 20);
  for (const char* const text : {"", "0", "On", "63K", "65M", "-1", "4 M", "4MB", "1G", "none", "off "}) {
    INFO(text);
    CHECK_FALSE(parse_gop_cache(text));
  }
}

TEST_CASE("Times are what httpd takes for times, and nothing else", "[settings]") {
  CHECK(parse_time("0") == 0ms);
  CHECK(parse_time("500ms") == 500ms);
  CHECK(parse_time("15") == 15s);
  CHECK(parse_time("15s") == 15s);
  CHECK(parse_time("2mi") == 2min);
  CHECK(parse_time("2min") == 2min);
  CHECK(parse_time("1h") == 1h);
  CHECK(parse_time("999999999h") == 999'999'999h);
  for (const char* const text : {"", "-1", "+1", " 1", "1 s", "1.5s", "s", "1d", "1sec", "1S", "1m", "0x10", "1s ",
                                 "1000000000", "9999999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("Sizes are bytes, or K, M and G", "[settings]") {
  CHECK(parse_size("65536") == 65536u);
  CHECK(parse_size("64K") == 65536u);
  CHECK(parse_size("64k") == 65536u);
  CHECK(parse_size("2M") == 2u << 20);
  CHECK(parse_size("1g") == 1u << 30);
  CHECK(parse_size("4294967296G") == 1ull << 62);
  for (const char* const text :
       {"", "-1", "+1", "1.5M", "M", "1T", "1KB", "1 K", "4294967297", "99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text));
  }
}

TEST_CASE("Counts are digits alone", "[settings]") {
  CHECK(parse_count("0", 5) == 0u);
  CHECK(parse_count("5", 5) == 5u);
  for (const char* const text : {"", "6", "-1", "+1", " 1", "1 ", "1x", "4294967296"}) {
    INFO(text);
    CHECK_FALSE(parse_count(text, 5));
  }
}

TEST_CASE("A setting takes the ends of its range and nothing beyond them", "[settings]") {
  for_each_row(kSimpleSettings, [](const auto& row) {
    INFO(row.directive);
    if constexpr (std::is_same_v<decltype(row), const OnOffSetting&>) {
      for (const char* const text : {"On", "on", "ON"})
        CHECK(parse_setting(row, text) == true);
      for (const char* const text : {"Off", "off", "oFF"})
        CHECK(parse_setting(row, text) == false);
      for (const char* const text : {"", "1", "yes", "On "})
        CHECK_FALSE(parse_setting(row, text));
    } else {
      using Value = std::decay_t<decltype(row.least)>;
      CHECK(parse_setting(row, number_text(row.least)) == row.least);
      CHECK(parse_setting(row, number_text(row.most)) == row.most);
      CHECK_FALSE(parse_setting(row, number_text(row.most + Value{1})));
      if (row.least != Value{}) CHECK_FALSE(parse_setting(row, number_text(row.least - Value{1})));
    }
  });
}

TEST_CASE("What was expected is said in the words of the setting's unit", "[settings]") {
  CHECK(expected_setting(kHandOver, "yes") == "On or Off");
  CHECK(expected_setting(kSessionTimeout, "x") == "a time between 1s and 1h, such as 500ms or 15s");
  CHECK(expected_setting(kBodyLimit, "1") ==
        "a size between 4K and 1024M, a whole number of bytes or with K, M or G after it, such as 65536, 64K or 1M");
  CHECK(expected_setting(kMaxSessions, "-1") == "a whole number between 0 (no limit) and 1000000");
}
