// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/hidden_names.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using rtmpt_proxy::gateway::HiddenNames;

TEST_CASE("A hidden name is the same for each alias of the name, and no other gateway's", "[hidden names]") {
  const HiddenNames names;
  const std::string shown = names.hide("cam1");
  CHECK(shown.size() == 17);
  CHECK(shown.starts_with("hidden-"));
  CHECK(shown.find_first_not_of("0123456789abcdef", 7) == std::string::npos);
  for (const char* const alias : {"cam1", "cam1?key=secret", "mp4:cam1", "FLV:cam1?x"})
    CHECK(names.hide(alias) == shown);
  for (const char* const other : {"cam2", "Cam1", "cam1 ", "", "live/cam1"})
    CHECK(names.hide(other) != shown);
  CHECK(HiddenNames().hide("cam1") != shown);
}

TEST_CASE("Many names have as many hashes", "[hidden names]") {
  const HiddenNames names;
  std::set<std::string> all;
  for (int i = 0; i < 10000; ++i)
    all.insert(names.hide("cam" + std::to_string(i)));
  CHECK(all.size() == 10000);
}
