// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/waiting_room.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using rtmpt_proxy::gateway::WaitingRequest;
using rtmpt_proxy::gateway::WaitingRoom;

namespace {

WaitingRequest numbered(std::uint32_t number, std::string body = {}) {
  WaitingRequest request;
  request.sequence_number = number;
  request.body = std::move(body);
  return request;
}

std::vector<std::uint32_t> take_all(WaitingRoom& room) {
  std::vector<std::uint32_t> numbers;
  while (!room.empty())
    numbers.push_back(room.take_first().sequence_number);
  return numbers;
}

} // namespace

TEST_CASE("Waiting requests leave in the order of their numbers", "[waiting_room]") {
  WaitingRoom room(1000);
  for (const std::uint32_t number : {9U, 3U, 4294967295U, 5U, 4U})
    room.enter(numbered(number));
  REQUIRE(room.first() != nullptr);
  CHECK(room.first()->sequence_number == 3);
  CHECK(take_all(room) == std::vector<std::uint32_t>{3, 4, 5, 9, 4294967295U});
  CHECK(room.first() == nullptr);
}

TEST_CASE("A waiting request is found by its number and keeps its body", "[waiting_room]") {
  WaitingRoom room(1000);
  room.enter(numbered(4, "four"));
  room.enter(numbered(2, "two"));
  REQUIRE(room.find(4) != nullptr);
  CHECK(room.find(4)->body == "four");
  CHECK(room.find(3) == nullptr);
  CHECK(room.take_first().body == "two");
}

TEST_CASE("Sixteen requests wait at most", "[waiting_room]") {
  WaitingRoom room(1000);
  for (std::uint32_t number = 0; number < 16; ++number) {
    REQUIRE(room.has_room_for(0));
    room.enter(numbered(number));
  }
  CHECK_FALSE(room.has_room_for(0));
  room.take_first();
  CHECK(room.has_room_for(0));
}

TEST_CASE("The bodies that wait are bounded together, and leave their room behind", "[waiting_room]") {
  WaitingRoom room(100);
  CHECK(room.has_room_for(100));
  CHECK_FALSE(room.has_room_for(101));
  room.enter(numbered(1, std::string(60, 'a')));
  CHECK(room.has_room_for(40));
  CHECK_FALSE(room.has_room_for(41));
  room.take_first();
  CHECK(room.has_room_for(100));
}

TEST_CASE("Chosen requests are removed, each shown once, and the others stay", "[waiting_room]") {
  WaitingRoom room(100);
  for (const std::uint32_t number : {1U, 2U, 3U, 4U, 5U})
    room.enter(numbered(number, std::string(20, 'a')));
  std::vector<std::uint32_t> removed;
  room.remove_if([](const WaitingRequest& request) { return request.sequence_number % 2 == 1; },
                 [&removed](const WaitingRequest& request) { removed.push_back(request.sequence_number); });
  CHECK(removed == std::vector<std::uint32_t>{1, 3, 5});
  CHECK(room.has_room_for(60));
  CHECK_FALSE(room.has_room_for(61));
  CHECK(take_all(room) == std::vector<std::uint32_t>{2, 4});
}
