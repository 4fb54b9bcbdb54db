// SPDX-License-Identifier: Apache-2.0
// Sends whose bodies are refused, for their size or with their head: what becomes of their numbers and of the session.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::SessionEnd;

TEST_CASE("A body that is refused for its size is the reason of what comes of it", "[session][bodies]") {
  SessionRig rig;
  rig.session.connection_joined();
  rig.send(1, "1");
  SECTION("refused by its head, and the client goes away") {
    rig.session.body_refused(2, nullptr, rig.now());
    rig.leave();
    rig.pass(5s);
    CHECK(rig.session.end() == SessionEnd::body_too_large);
  }
  SECTION("refused by its head, and the client closes") {
    rig.session.body_refused(2, nullptr, rig.now());
    rig.close();
    CHECK(rig.session.end() == SessionEnd::body_too_large);
  }
  SECTION("refused by its head, and the next send comes") {
    rig.session.body_refused(2, nullptr, rig.now());
    rig.send(3, "3");
    rig.pass(2s);
    CHECK(rig.session.end() == SessionEnd::body_too_large);
  }
  SECTION("refused in its middle, and a poll follows") {
    const FakeExchange& send = rig.begin_send(2);
    rig.give(send, "2");
    rig.session.body_refused(2, &send, rig.now());
    rig.forget(send);
    const FakeExchange& next = rig.idle(3);
    rig.pass(2s);
    CHECK(next.text() == "404");
    CHECK(rig.session.end() == SessionEnd::body_too_large);
    CHECK(rig.backend.received == "12");
  }
  SECTION("refused before anything of it was delivered, and the client goes on with the next number") {
    const FakeExchange& send = rig.begin_send(2);
    rig.session.body_refused(2, &send, rig.now());
    rig.forget(send);
    rig.idle(3);
    rig.pass(2s);
    CHECK_FALSE(rig.session.ended());
    rig.close();
    CHECK(rig.session.end() == SessionEnd::closed);
  }
  SECTION("refused, and the same number comes again smaller") {
    rig.session.body_refused(2, nullptr, rig.now());
    CHECK(rig.send(2, "2").text() == "\x01");
    rig.close();
    CHECK(rig.session.end() == SessionEnd::closed);
  }
}

TEST_CASE("A request that is refused by its head leaves the same number on another connection alone",
          "[session][bodies]") {
  SessionRig rig;
  rig.send(1, "1");
  const FakeExchange& send = rig.begin_send(2);
  CHECK(rig.give(send, "ab") == 2);
  rig.session.body_refused(2, nullptr, rig.now());
  CHECK(rig.give(send, "c") == 1);
  rig.end_body(send);
  CHECK(send.text() == "\x01");
  CHECK(rig.backend.received == "1abc");
}

TEST_CASE("A body that is refused before the turn of its send leaves no hole", "[session][bodies]") {
  SessionRig rig;
  rig.send(1, "1");
  const FakeExchange& third = rig.begin_send(3);
  rig.session.body_refused(3, &third, rig.now());
  rig.forget(third);
  rig.send(2, "2");
  const FakeExchange& next = rig.idle(4);
  rig.pass(3s);
  CHECK(next.text() == "\x01");
  CHECK_FALSE(rig.session.ended());
}
