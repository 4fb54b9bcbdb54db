// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/open_gate.hpp>

#include <catch2/catch.hpp>

using rtmpt_proxy::policy::long_waits;
using rtmpt_proxy::policy::OpenGate;

TEST_CASE("A quarter of a child's threads may wait long, and one at least") {
  CHECK(long_waits(1) == 1);
  CHECK(long_waits(3) == 1);
  CHECK(long_waits(4) == 1);
  CHECK(long_waits(25) == 6);
  CHECK(long_waits(64) == 16);
}

TEST_CASE("A server is slow from the first open that waits long for it until it gives an answer") {
  OpenGate gate(6);
  CHECK_FALSE(gate.is_slow("rtmp://a"));
  REQUIRE(gate.take_place("rtmp://a"));
  CHECK(gate.is_slow("rtmp://a"));
  CHECK_FALSE(gate.is_slow("rtmp://b"));
  gate.leave_place("rtmp://a");
  CHECK(gate.is_slow("rtmp://a")); // the one that waited had no answer
  gate.answered("rtmp://a");
  CHECK_FALSE(gate.is_slow("rtmp://a"));
}

TEST_CASE("Half of the places are the most for one server") {
  OpenGate gate(6);
  for (int i = 0; i < 3; ++i)
    REQUIRE(gate.take_place("rtmp://a"));
  CHECK_FALSE(gate.take_place("rtmp://a"));
  for (int i = 0; i < 3; ++i)
    REQUIRE(gate.take_place("rtmp://b"));
  CHECK_FALSE(gate.take_place("rtmp://b"));
  CHECK_FALSE(gate.take_place("rtmp://c")); // none is left
  CHECK(gate.is_slow("rtmp://c"));
  gate.leave_place("rtmp://a");
  CHECK(gate.take_place("rtmp://c"));
}

TEST_CASE("Where there is one place any server can have it") {
  OpenGate gate(1);
  REQUIRE(gate.take_place("rtmp://a"));
  CHECK_FALSE(gate.take_place("rtmp://a"));
  CHECK_FALSE(gate.take_place("rtmp://b"));
  gate.leave_place("rtmp://a");
  CHECK(gate.take_place("rtmp://b"));
}

TEST_CASE("An answer frees no place of those that still wait") {
  OpenGate gate(4);
  REQUIRE(gate.take_place("rtmp://a"));
  REQUIRE(gate.take_place("rtmp://a"));
  gate.answered("rtmp://a");
  CHECK_FALSE(gate.is_slow("rtmp://a"));
  CHECK_FALSE(gate.take_place("rtmp://a"));
  gate.leave_place("rtmp://a");
  CHECK(gate.take_place("rtmp://a"));
  gate.leave_place("rtmp://a");
  gate.leave_place("rtmp://a");
  gate.leave_place("rtmp://a"); // nobody's
  CHECK(gate.take_place("rtmp://a"));
  CHECK(gate.take_place("rtmp://a"));
  CHECK_FALSE(gate.take_place("rtmp://a"));
}
