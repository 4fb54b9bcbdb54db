// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/stream_room.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;

TEST_CASE("One child's worth of connections stays for pages", "[stream_room]") {
  CHECK(most_streams({6, 75, 25, false}) == 375);
  CHECK(most_streams({2, 75, 25, false}) == 75);
  CHECK(most_streams({1, 75, 25, false}) == 37);
  CHECK(most_streams({1, 1, 1, false}) == 0);
  CHECK(most_streams({0, 75, 25, false}) == 0);
}

TEST_CASE("Where each stream keeps a thread, a quarter of all threads stays for pages", "[stream_room]") {
  CHECK(most_streams({6, 75, 25, true}) == 112);
  CHECK(most_streams({2, 75, 25, true}) == 25);
  CHECK(most_streams({1, 75, 25, true}) == 12);
  CHECK(most_streams({64, 1, 1, true}) == 48);
  CHECK(most_streams({1, 1, 1, true}) == 0);
}
