// SPDX-License-Identifier: Apache-2.0
// The time of a missing request, when those behind it may not wait as long.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::SessionEnd;

namespace {

SessionRig::Terms impatient(std::chrono::milliseconds wait_limit) {
  SessionRig::Terms terms;
  terms.wait_limit = wait_limit;
  return terms;
}

} // namespace

TEST_CASE("A poll that may wait as long as a cut send and came a moment before the cut is told of the end",
          "[session][gap]") {
  SessionRig rig;
  const FakeExchange& cut = rig.begin_send(0);
  rig.give(cut, "begun");
  const FakeExchange& next = rig.idle(1, impatient(2s));
  const auto noticed = GENERATE(0ms, 1ms, 200ms);
  rig.pass(noticed);
  rig.forget(cut);
  rig.pass(1999ms - noticed);
  CHECK(next.text() == "-");
  rig.pass(1ms);
  CHECK(next.text() == "404");
  CHECK(rig.session.end() == SessionEnd::lost_request);
}

TEST_CASE("A poll that is told to come again does not put off the end of a session that lacks a send",
          "[session][gap]") {
  SessionRig rig;
  const FakeExchange& cut = rig.begin_send(0);
  rig.give(cut, "begun");
  const FakeExchange& next = rig.idle(1, impatient(2s));
  rig.pass(201ms);
  rig.forget(cut);
  rig.pass(1799ms);
  CHECK(next.text() == "503");
  CHECK_FALSE(rig.session.ended());
  SECTION("it does not come again") {
    rig.pass(200ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
    CHECK(rig.session.end() == SessionEnd::lost_request);
  }
  SECTION("it does") {
    const FakeExchange& again = rig.idle(1, impatient(2s));
    rig.pass(200ms);
    CHECK(again.text() == "-");
    rig.pass(1ms);
    CHECK(again.text() == "404");
    CHECK(rig.session.end() == SessionEnd::lost_request);
  }
  SECTION("it does, and the send, too") {
    const FakeExchange& again = rig.idle(1, impatient(2s));
    CHECK(rig.send(0, "begun and done").text() == "\x01");
    CHECK(again.text() == "-");
    rig.from_backend("data");
    CHECK(again.text() == "\x01"
                          "data");
    rig.pass(10s);
    CHECK_FALSE(rig.session.ended());
  }
  SECTION("the send alone does") {
    rig.send(0, "begun and done");
    rig.pass(10s);
    CHECK_FALSE(rig.session.ended());
    CHECK(rig.idle(1, impatient(0ms)).answers == 0);
  }
}

TEST_CASE("The time of a cut send begins at the cut, also when the poll behind it was told to come again before",
          "[session][gap]") {
  SessionRig rig;
  const FakeExchange& cut = rig.begin_send(0);
  CHECK_FALSE(rig.idle(1, impatient(200ms)).is_answered());
  rig.pass(3s);
  rig.forget(cut);
  rig.pass(1999ms);
  CHECK_FALSE(rig.session.ended());
  rig.pass(1ms);
  CHECK(rig.session.end() == SessionEnd::request_refused); // that was told first
}

TEST_CASE("A poll that may not wait is served when the time of a missing poll has passed", "[session][gap]") {
  SessionRig rig;
  rig.send(1, "1");
  const auto limit = GENERATE(0ms, 200ms);
  for (auto passed = 0ms; passed < 1600ms; passed += 200ms) {
    const FakeExchange& third = rig.idle(3, impatient(limit));
    rig.pass(200ms);
    CHECK(third.text() == "503");
  }
  SECTION("while it waits") {
    const FakeExchange& third = rig.idle(3, impatient(200ms));
    rig.from_backend("data");
    rig.pass(200ms);
    CHECK(third.text() == "\x01"
                          "data");
  }
  SECTION("when it comes again later") {
    rig.pass(400ms);
    CHECK_FALSE(rig.session.ended());
    rig.from_backend("data");
    CHECK(rig.idle(3, impatient(200ms)).text() == "\x01"
                                                  "data");
  }
  CHECK(rig.idle(2).text() == "400");
}

TEST_CASE("A send that may not wait for a missing number shows the hole all the same", "[session][gap]") {
  SessionRig rig;
  rig.send(1, "1");
  CHECK(rig.send(4, "4", impatient(200ms)).answers == 0);
  rig.pass(1s);
  const bool comes = GENERATE(true, false);
  if (comes) {
    rig.send(2, "2"); // each missing number gets a time of its own
    rig.pass(1999ms);
    CHECK_FALSE(rig.session.ended());
    rig.send(3, "3");
    rig.pass(5s);
    CHECK_FALSE(rig.session.ended());
    rig.send(4, "4", impatient(200ms));
    CHECK(rig.backend.received == "1234");
    return;
  }
  rig.idle(3);
  rig.pass(1s);
  CHECK_FALSE(rig.session.ended()); // the poll that came first did it
  rig.pass(2s);
  CHECK_FALSE(rig.session.ended()); // and only the send is missing now, which was told to come again
  rig.pass(15s);
  CHECK(rig.session.ended());
}

TEST_CASE("Requests that wait for room show no gap when they are told to come again", "[session][gap]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  rig.send(1, stream_bytes(150));
  const FakeExchange& second = rig.send(2, "2", impatient(1s));
  const FakeExchange& third = rig.idle(3, impatient(1s));
  rig.pass(1s);
  CHECK(second.text() == "503");
  CHECK(third.text() == "503");
  rig.backend_takes(1000);
  rig.pass(10s);
  CHECK_FALSE(rig.session.ended());
  CHECK(rig.send(2, "2").text() == "\x01");
  CHECK(rig.backend.received == stream_bytes(150) + "2");
}
