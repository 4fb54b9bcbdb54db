// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/cache_key.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>

using namespace rtmpt_proxy::policy;

TEST_CASE("The key cache= is taken out of a server's words") {
  struct Row {
    std::string words;
    std::optional<bool> is_on;
    std::string rest;
    std::string error;
  };
  const auto row = GENERATE(values<Row>({
      {"", std::nullopt, "", ""},
      {"  ", std::nullopt, "", ""},
      {"retry=5", std::nullopt, "retry=5", ""},
      {"cache=on", true, "", ""},
      {"cache=off", false, "", ""},
      {"Cache=ON", true, "", ""},
      {"retry=5 cache=on  timeout=3", true, "retry=5 timeout=3", ""},
      {"\tcache=on\tretry=5", true, "retry=5", ""},
      {"cache=on cache=off", false, "", ""},
      {"\"cache=on\" 'retry=5'", true, "'retry=5'", ""},
      {"\"a cache=on b\" retry=5", std::nullopt, "\"a cache=on b\" retry=5", ""},
      {"\"a \\\" cache=on\"", std::nullopt, "\"a \\\" cache=on\"", ""},
      {"\"cache=on", std::nullopt, "\"cache=on", ""},
      {"\"", std::nullopt, "\"", ""},
      {"\"\\", std::nullopt, "\"\\", ""},
      {"cache", std::nullopt, "cache", ""},
      {"cache=", std::nullopt, "", "cache=: expected cache=on or cache=off"},
      {"cache=yes", std::nullopt, "", "cache=yes: expected cache=on or cache=off"},
      {"cachemiss=on", std::nullopt, "cachemiss=on", ""},
  }));
  const CacheKey key = take_cache_key(row.words);
  INFO(row.words);
  CHECK(key.is_on == row.is_on);
  CHECK(key.rest == row.rest);
  CHECK(key.error == row.error);
}
