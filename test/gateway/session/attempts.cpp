// SPDX-License-Identifier: Apache-2.0
// Two connections bring the same request, and the session cannot know which of them the client listens to: httpd may
// read the older one later.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

TEST_CASE("When the attempt that came last breaks off, the other one goes on where its own body is",
          "[session][attempts]") {
  SessionRig rig;
  const FakeExchange& living = rig.begin_send(1);
  const FakeExchange& dead = rig.begin_send(1);
  CHECK(living.text() == "-"); // nothing is delivered yet
  CHECK(rig.session.body_room_bytes(living) == 0);
  rig.give(dead, stream_bytes(2000));
  rig.forget(dead);
  CHECK(living.calls_for_more == 1);
  CHECK(rig.give(living, stream_bytes(3000)) == 3000);
  rig.end_body(living);
  CHECK(living.text() == "\x01");
  CHECK((rig.backend.received == stream_bytes(3000)));
  CHECK(rig.send(2, "next").text() == "\x01");
}

TEST_CASE("An attempt that goes on again has kept its own place in the body", "[session][attempts]") {
  SessionRig rig;
  const FakeExchange& living = rig.begin_send(1);
  rig.give(living, stream_bytes(1000));
  const FakeExchange& dead = rig.begin_send(1);
  SECTION("the other one had not come so far") {
    rig.give(dead, stream_bytes(400));
  }
  SECTION("the other one was further") {
    rig.give(dead, stream_bytes(2500));
  }
  rig.forget(dead);
  rig.give(living, stream_bytes(2000, 1000));
  rig.end_body(living);
  CHECK(living.text() == "\x01");
  CHECK((rig.backend.received == stream_bytes(3000)));
}

TEST_CASE("When the attempt that came last succeeds, both get its answer", "[session][attempts]") {
  SessionRig rig;
  const FakeExchange& first = rig.begin_send(1);
  rig.give(first, stream_bytes(1000));
  const FakeExchange& second = rig.begin_send(1);
  rig.give(second, stream_bytes(3000));
  rig.from_backend("data");
  rig.end_body(second);
  CHECK(second.text() == "\x01"
                         "data");
  CHECK(first.text() == "\x01"
                        "data");
  CHECK(first.close);
  CHECK_FALSE(second.close);
  CHECK((rig.backend.received == stream_bytes(3000)));
}

TEST_CASE("An attempt that waits and turns out to be whole completes the send", "[session][attempts]") {
  SessionRig rig;
  const FakeExchange& first = rig.begin_send(1);
  rig.give(first, "whole");
  const FakeExchange& second = rig.begin_send(1);
  rig.end_body(first);
  CHECK(first.text() == "\x01");
  CHECK_FALSE(first.close); // it is the living one
  CHECK(second.text() == "\x01");
  CHECK(second.close);
  CHECK(rig.give(second, "whole") == 5); // and is dropped
  CHECK(rig.backend.received == "whole");
}

TEST_CASE("A send whose attempts all break off is cut off", "[session][attempts]") {
  SessionRig rig;
  const FakeExchange& first = rig.begin_send(1);
  const FakeExchange& second = rig.begin_send(1);
  rig.give(second, "wh");
  SECTION("the present one last") {
    rig.forget(first);
    rig.forget(second);
  }
  SECTION("the other one last") {
    rig.forget(second);
    rig.forget(first);
  }
  const FakeExchange& again = rig.begin_send(1);
  rig.give(again, "whole");
  rig.end_body(again);
  CHECK(again.text() == "\x01");
  CHECK(rig.backend.received == "whole");
}

TEST_CASE("Of three attempts the oldest is told to come again", "[session][attempts]") {
  SessionRig rig;
  const FakeExchange& first = rig.begin_send(1);
  const FakeExchange& second = rig.begin_send(1);
  const FakeExchange& third = rig.begin_send(1);
  CHECK(first.text() == "503");
  CHECK(first.close);
  rig.forget(third);
  rig.give(second, "2");
  rig.end_body(second);
  CHECK(second.text() == "\x01");
  CHECK(rig.backend.received == "2");
}

TEST_CASE("Before their turn both attempts wait, and the one that is left is served", "[session][attempts]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& living = rig.begin_send(3);
  const FakeExchange& dead = rig.begin_send(3);
  CHECK(rig.session.body_room_bytes(living) == 0);
  const bool early = GENERATE(true, false);
  if (early) rig.forget(dead);
  rig.send(2, "two ");
  if (!early) {
    rig.give(dead, "th");
    rig.forget(dead);
  }
  CHECK(living.calls_for_more == 1);
  rig.give(living, "three");
  rig.end_body(living);
  CHECK(living.text() == "\x01");
  CHECK(rig.backend.received == "one two three");
}

TEST_CASE("A waiting attempt has its own patience", "[session][attempts]") {
  SessionRig rig;
  SessionRig::Terms impatient;
  impatient.wait_limit = 1s;
  const FakeExchange& first = rig.begin_send(1, impatient);
  const FakeExchange& second = rig.begin_send(1);
  rig.pass(999ms);
  CHECK(first.text() == "-");
  rig.pass(1ms);
  CHECK(first.text() == "503");
  rig.give(second, "2");
  rig.end_body(second);
  CHECK(second.text() == "\x01");
}

TEST_CASE("When the patience of the present attempt ends, the other one goes on", "[session][attempts]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  SessionRig::Terms impatient;
  impatient.wait_limit = 1s;
  const FakeExchange& first = rig.send(1, stream_bytes(250));
  const FakeExchange& second = rig.send(1, stream_bytes(250), impatient);
  rig.pass(1s);
  CHECK(second.text() == "503");
  CHECK(first.text() == "-");
  rig.backend_takes(1000);
  CHECK(first.text() == "\x01");
  CHECK((rig.backend.received == stream_bytes(250)));
}

TEST_CASE("At the session's end both attempts are answered", "[session][attempts]") {
  SessionRig rig;
  rig.send(1, "one");
  const FakeExchange& first = rig.begin_send(2);
  const FakeExchange& second = rig.begin_send(2);
  const FakeExchange& idle = rig.idle(4);
  const FakeExchange& same_idle = rig.idle(4);
  const bool by_backend = GENERATE(true, false);
  if (by_backend)
    rig.backend_closes();
  else
    rig.session.end_because(rtmpt_proxy::gateway::SessionEnd::administrator, rig.now());
  for (const FakeExchange* const each : {&first, &second, &idle, &same_idle})
    CHECK(each->is_answered());
}

TEST_CASE("A held idle goes on when its client is known to listen to another connection", "[session][attempts]") {
  SessionRig rig;
  rig.send(1, "one");
  const FakeExchange& living = rig.idle(3);
  const FakeExchange& dead = rig.idle(3);
  rig.send(2, "two");
  rig.forget(dead);
  rig.from_backend("data");
  CHECK(living.text() == "\x01"
                         "data");
}

TEST_CASE("An attempt that goes on again has its own patience with the backend", "[session][attempts]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  SessionRig::Terms impatient;
  impatient.wait_limit = 1s;
  const bool first_is_patient = GENERATE(true, false);
  const FakeExchange& first = rig.begin_send(1, first_is_patient ? SessionRig::Terms() : impatient);
  rig.pass(900ms);
  const FakeExchange& second = rig.begin_send(1, first_is_patient ? impatient : SessionRig::Terms());
  rig.pass(900ms);
  rig.forget(second);
  CHECK(rig.give(first, stream_bytes(100)) == 100);
  CHECK(rig.session.body_room_bytes(first) == 0);
  rig.pass(900ms);
  CHECK(first.text() == "-");
  rig.pass(200ms);
  CHECK(first.text() == (first_is_patient ? "-" : "503"));
  rig.backend_takes(1000);
}

TEST_CASE("An attempt that goes on again and finds no room has its whole time", "[session][attempts]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  SessionRig::Terms impatient;
  impatient.wait_limit = 1s;
  const FakeExchange& first = rig.begin_send(1, impatient);
  CHECK(rig.give(first, stream_bytes(100)) == 100);
  const FakeExchange& second = rig.begin_send(1);
  rig.pass(900ms);
  rig.forget(second);
  CHECK(rig.session.body_room_bytes(first) == 0);
  rig.pass(900ms);
  CHECK(first.text() == "-");
  rig.pass(100ms);
  CHECK(first.text() == "503");
}

TEST_CASE("An attempt whose client pauses is not too late because another one comes", "[session][attempts]") {
  SessionRig rig;
  SessionRig::Terms impatient;
  impatient.wait_limit = 1s;
  const FakeExchange& first = rig.begin_send(1, impatient);
  rig.give(first, "wh");
  rig.pass(5s);
  const FakeExchange& second = rig.begin_send(1);
  rig.pass(900ms);
  CHECK(first.text() == "-");
  rig.forget(second);
  rig.give(first, "ole");
  rig.end_body(first);
  CHECK(first.text() == "\x01");
  CHECK(rig.backend.received == "whole");
}

TEST_CASE("Data waits for the next reply when one of two attempts cannot take it", "[session][attempts]") {
  SessionRig rig;
  SessionRig::Terms unread;
  unread.takes_data = false;
  const FakeExchange& first = rig.begin_send(1, unread);
  const FakeExchange& second = rig.begin_send(1);
  rig.from_backend("data");
  rig.end_body(second);
  CHECK(first.text() == "\x01");
  CHECK(second.text() == "\x01");
  CHECK(rig.idle(2).text() == "\x01"
                              "data");
}

TEST_CASE("An idle on two connections is held as the less patient one may be, and either hurries it",
          "[session][attempts]") {
  SessionRig rig;
  SessionRig::Terms unheld;
  unheld.hold_limit = 0ms;
  rig.send(1, "one");
  SECTION("held no longer than the first may be") {
    const FakeExchange& first = rig.idle(3, unheld);
    const FakeExchange& second = rig.idle(3);
    rig.send(2, "two");
    CHECK(first.text() == "\x01");
    CHECK(second.text() == "\x01");
  }
  SECTION("hurried by the first") {
    const FakeExchange& first = rig.idle(3);
    const FakeExchange& second = rig.idle(3);
    rig.send(2, "two");
    CHECK(first.text() == "-");
    rig.hurry(first);
    CHECK(first.text() == "\x01");
    CHECK(second.text() == "\x01");
  }
}
