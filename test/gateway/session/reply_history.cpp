// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/reply_history.hpp"

#include <catch2/catch.hpp>

using rtmpt_proxy::gateway::PastReply;
using rtmpt_proxy::gateway::ReplyHistory;

TEST_CASE("A recorded reply is found by its number", "[reply_history]") {
  ReplyHistory history;
  history.record({7, 100, 20, 0x05});
  const PastReply* reply = history.find(7);
  REQUIRE(reply != nullptr);
  CHECK(reply->position == 100);
  CHECK(reply->length_bytes == 20);
  CHECK(reply->polling_interval == 0x05);
  CHECK(history.find(6) == nullptr);
  CHECK(history.find(8) == nullptr);
}

TEST_CASE("A history that is empty needs no bytes", "[reply_history]") {
  const ReplyHistory history;
  CHECK(history.find(0) == nullptr);
  CHECK(history.oldest_position(55) == 55);
}

TEST_CASE("The latest sixteen replies are remembered", "[reply_history]") {
  ReplyHistory history;
  for (std::uint32_t number = 0; number < 100; ++number)
    history.record({number, number * 10U, 10, 1});
  CHECK(history.find(83) == nullptr);
  for (std::uint32_t number = 84; number < 100; ++number) {
    REQUIRE(history.find(number) != nullptr);
    CHECK(history.find(number)->position == number * 10U);
  }
  CHECK(history.oldest_position(0) == 840);
}

TEST_CASE("Remembered replies carry no more than 8 KiB together", "[reply_history]") {
  ReplyHistory history;
  history.record({1, 0, 4096, 1});
  history.record({2, 4096, 4096, 1});
  CHECK(history.find(1) != nullptr);
  history.record({3, 8192, 1, 1});
  CHECK(history.find(1) == nullptr);
  CHECK(history.find(2) != nullptr);
  CHECK(history.oldest_position(0) == 4096);
}

TEST_CASE("The latest reply is remembered whole, however large", "[reply_history]") {
  ReplyHistory history;
  history.record({1, 0, 10, 1});
  history.record({2, 10, 262144, 1});
  CHECK(history.find(1) == nullptr);
  REQUIRE(history.find(2) != nullptr);
  CHECK(history.find(2)->length_bytes == 262144);
  CHECK(history.oldest_position(0) == 10);
  history.record({3, 262154, 0, 1});
  CHECK(history.find(2) == nullptr);
  CHECK(history.oldest_position(0) == 262154);
}

TEST_CASE("A number that was recorded twice is found as it was last", "[reply_history]") {
  ReplyHistory history;
  history.record({5, 0, 10, 1});
  history.record({5, 10, 20, 3});
  REQUIRE(history.find(5) != nullptr);
  CHECK(history.find(5)->position == 10);
}
