// SPDX-License-Identifier: Apache-2.0
// In which order requests count, and what a number may be.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::SessionEnd;

TEST_CASE("The first number of a session is the start", "[session][order]") {
  const auto first = GENERATE(0U, 1U, 7U, 4294967294U);
  SessionRig rig;
  CHECK(rig.send(first, "a").text() == "\x01");
  CHECK(rig.send(first + 1, "b").text() == "\x01");
  CHECK(rig.backend.received == "ab");
}

TEST_CASE("A request that is ahead waits and is delivered in its turn", "[session][order]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& third = rig.send(3, "three ");
  const FakeExchange& fourth = rig.send(4, "four ");
  CHECK(third.answers == 0);
  CHECK(rig.backend.received == "one ");
  CHECK(rig.send(2, "two ").is_answered());
  CHECK(third.text() == "\x01");
  CHECK(fourth.text() == "\x01");
  CHECK(rig.backend.received == "one two three four ");
}

TEST_CASE("Waiting requests share out the backend's bytes in the order of their numbers", "[session][order]") {
  SessionRig rig;
  rig.send(1, "a");
  const FakeExchange& third = rig.idle(3);
  rig.from_backend("for two");
  const FakeExchange& second = rig.idle(2);
  CHECK(second.text() == "\x01"
                         "for two");
  CHECK(third.answers == 0); // now it is held
  rig.from_backend("for three");
  CHECK(third.text() == "\x01"
                        "for three");
}

TEST_CASE("A number more than 64 ahead, or too old to be remembered, is refused", "[session][order]") {
  SessionRig rig;
  for (std::uint32_t number = 0; number < 20; ++number)
    rig.send(number, "x");
  CHECK(rig.send(20 + 65, "far").text() == "400");
  CHECK(rig.send(20 + 64, "near").text() == "-");
  CHECK(rig.send(4294967295U, "farthest").text() == "400");
  CHECK(rig.send(3, "old").text() == "400");
  CHECK(rig.send(4, "remembered").text() == "\x01");
  CHECK(rig.backend.received == std::string(20, 'x'));
}

TEST_CASE("A number below the first one is refused", "[session][order]") {
  SessionRig rig;
  rig.send(5, "x");
  CHECK(rig.send(4, "y").text() == "400");
  CHECK(rig.backend.received == "x");
}

TEST_CASE("No more than sixteen requests wait, and the next is told to come again", "[session][order]") {
  SessionRig rig;
  rig.send(0, "0");
  std::string expected = "0";
  for (std::uint32_t number = 2; number < 18; ++number)
    CHECK(rig.send(number, std::to_string(number)).text() == "-");
  CHECK(rig.send(18, "18").text() == "503");
  for (std::uint32_t number = 1; number <= 18; ++number) {
    if (number == 1 || number == 18) rig.send(number, std::to_string(number));
    expected += std::to_string(number);
  }
  CHECK(rig.backend.received == expected);
}

TEST_CASE("Bodies that wait are bounded by the buffer size", "[session][order]") {
  SessionRig rig(small_buffer(1000));
  rig.send(0, "");
  CHECK(rig.send(2, stream_bytes(600)).text() == "-");
  CHECK(rig.send(3, stream_bytes(401, 600)).text() == "503");
  CHECK(rig.send(3, stream_bytes(400, 600)).text() == "-");
  rig.send(1, "");
  CHECK(rig.backend.received == stream_bytes(1000));
}

TEST_CASE("A missing poll is passed over after two seconds", "[session][order]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& third = rig.idle(3);
  rig.pass(1999ms);
  rig.from_backend("x");
  CHECK(third.answers == 0);
  rig.pass(1ms);
  CHECK(third.text() == "\x01"
                        "x");
  CHECK_FALSE(rig.session.ended());
  CHECK(rig.idle(2).text() == "400");
  rig.send(4, "four");
  CHECK(rig.backend.received == "one four");
}

TEST_CASE("A missing number before a send is a hole in the stream and ends the session", "[session][order]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& third = rig.send(3, "three");
  rig.pass(1999ms);
  CHECK(third.answers == 0);
  rig.pass(1ms);
  CHECK(third.text() == "404");
  CHECK(third.close);
  CHECK(rig.session.end() == SessionEnd::lost_request);
  CHECK(rig.backend.received == "one ");
}

TEST_CASE("Each missing number gets two seconds of its own", "[session][order]") {
  SessionRig rig;
  rig.send(1, "1");
  const FakeExchange& fourth = rig.send(4, "4");
  rig.pass(1900ms);
  rig.send(2, "2");
  rig.pass(1900ms);
  CHECK_FALSE(rig.session.ended());
  rig.send(3, "3");
  CHECK(fourth.text() == "\x01");
  CHECK(rig.backend.received == "1234");
}

// A send whose client goes away before any of its body has come.
static void cut_off(SessionRig& rig, std::uint32_t number) {
  rig.forget(rig.begin_send(number));
}

TEST_CASE("A send that was cut off ends the session unless it comes again", "[session][order]") {
  SessionRig rig;
  rig.send(1, "1");
  cut_off(rig, 2);
  SECTION("it does not, and a poll follows") {
    const FakeExchange& third = rig.idle(3);
    rig.pass(2s);
    CHECK(third.text() == "404");
    CHECK(rig.session.end() == SessionEnd::lost_request);
    CHECK(rig.backend.received == "1");
  }
  SECTION("it does, whole") {
    rig.send(2, "2");
    rig.idle(4);
    rig.pass(2s);
    CHECK_FALSE(rig.session.ended());
    CHECK(rig.backend.received == "12");
  }
  SECTION("another is cut off, too, and only that comes again") {
    cut_off(rig, 3);
    rig.send(3, "3");
    rig.idle(4);
    rig.pass(2s);
    CHECK(rig.session.end() == SessionEnd::lost_request);
    CHECK(rig.backend.received == "1");
  }
  SECTION("another is cut off, too, and only the first comes again") {
    cut_off(rig, 3);
    cut_off(rig, 2);
    rig.send(2, "2");
    rig.idle(4);
    rig.pass(2s);
    CHECK(rig.session.end() == SessionEnd::lost_request);
    CHECK(rig.backend.received == "12");
  }
  SECTION("numbers that mean nothing are cut off beside it") {
    cut_off(rig, 4294967295U);
    cut_off(rig, 0);
    rig.idle(3);
    rig.pass(2s);
    CHECK(rig.session.end() == SessionEnd::request_refused);
  }
}

TEST_CASE("A repeat of a delivered send that is cut off leaves the session alone", "[session][order]") {
  SessionRig rig;
  rig.send(1, "1");
  cut_off(rig, 1);
  rig.idle(3);
  rig.pass(2s);
  CHECK_FALSE(rig.session.ended());
}

TEST_CASE("The very first send is missed when it was cut off", "[session][order]") {
  SessionRig rig;
  cut_off(rig, 0);
  SECTION("it comes again") {
    rig.send(0, "0");
    rig.send(1, "1");
    CHECK(rig.backend.received == "01");
  }
  SECTION("it does not") {
    rig.send(1, "1");
    rig.pass(2s);
    CHECK(rig.session.end() == SessionEnd::lost_request);
    CHECK(rig.backend.received.empty());
  }
}
