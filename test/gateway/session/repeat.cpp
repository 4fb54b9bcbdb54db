// SPDX-License-Identifier: Apache-2.0
// A request that comes again: the same reply, and its body once.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

TEST_CASE("A repeated request gets the identical reply and its body counts once", "[session][repeat]") {
  SessionRig rig;
  rig.send(1, "one");
  rig.from_backend("reply to two");
  const std::string reply = rig.send(2, "two").text();
  rig.from_backend("reply to three");
  const std::string next = rig.send(3, "three").text();
  CHECK(reply == "\x01reply to two");
  CHECK(rig.send(2, "two").text() == reply);
  CHECK(rig.send(3, "three").text() == next);
  CHECK(rig.send(2, "something else").text() == reply);
  CHECK(rig.send(1, "one").text() == "\x01");
  CHECK(rig.backend.received == "onetwothree");
}

TEST_CASE("A repeated reply has the polling byte of the first", "[session][repeat]") {
  SessionRig rig;
  for (std::uint32_t number = 1; number <= 4; ++number) {
    rig.idle(number);
    rig.pass(500ms);
  }
  CHECK(rig.idle(3).text() == "\x05");
  CHECK(rig.idle(1).text() == "\x01");
  CHECK(rig.idle(4).text() == "\x09");
}

TEST_CASE("The largest reply is repeated whole, as long as it is the latest", "[session][repeat]") {
  SessionRig rig;
  rig.from_backend(stream_bytes(300'000));
  const std::string first = rig.idle(1).text();
  CHECK(first.size() == 262145);
  CHECK((rig.idle(1).text() == first));
  rig.pass(20ms);
  const std::string second = rig.idle(2).text();
  CHECK(rig.idle(1).status == 400);
  CHECK((second == '\x01' + stream_bytes(300'000 - 262'144, 262'144)));
  CHECK((rig.idle(2).text() == second));
}

TEST_CASE("A repeated reply is right after the storage wrapped many times", "[session][repeat]") {
  SessionRig rig;
  std::string before;
  std::uint64_t position = 0;
  for (std::uint32_t number = 1; number < 300; ++number) {
    const std::size_t count = (number * 37U) % 3000U;
    rig.from_backend(stream_bytes(count, position));
    position += count;
    const std::string reply = rig.send(number, "").text();
    if (number > 1 && rig.send(number - 1, "").text() != before) FAIL("the reply to " << number - 1 << " changed");
    if (rig.send(number, "").text() != reply) FAIL("the reply to " << number << " changed");
    before = reply;
  }
  CHECK(rig.session.storage_bytes() < 200'000);
}

TEST_CASE("A repeat of a held idle answers both alike", "[session][repeat]") {
  SessionRig rig;
  const FakeExchange& idle = rig.idle(1);
  const FakeExchange& again = rig.idle(1);
  CHECK(idle.text() == "\x01");
  CHECK(again.text() == "\x01");
  CHECK(rig.idle(2).text() == "-");
}

TEST_CASE("A repeat of a request that waits for its turn takes its place", "[session][repeat]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& third = rig.send(3, "three");
  const FakeExchange& again = rig.send(3, "three");
  CHECK(third.text() == "-"); // it is not told that its bytes are delivered before they are
  CHECK(again.text() == "-");
  rig.send(2, "two ");
  CHECK(again.text() == "\x01");
  CHECK_FALSE(again.close);
  CHECK(third.text() == "\x01");
  CHECK(third.close); // its client has given up that connection
  CHECK(rig.backend.received == "one two three");
}

TEST_CASE("A repeat of a delayed send takes its place", "[session][repeat]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 0;
  const FakeExchange& delayed = rig.send(1, stream_bytes(250));
  const FakeExchange& again = rig.send(1, stream_bytes(250));
  CHECK(delayed.text() == "-");
  CHECK(again.text() == "-");
  rig.backend_takes(1000);
  CHECK(again.text() == "\x01");
  CHECK(delayed.text() == "\x01");
  CHECK(delayed.close);
  CHECK(rig.backend.received == stream_bytes(250));
}

TEST_CASE("A repeated request that waits keeps the patience of its new carrier", "[session][repeat]") {
  SessionRig rig(small_buffer(100));
  SessionRig::Terms patient, impatient;
  patient.wait_limit = 5s;
  impatient.wait_limit = 1s;
  rig.backend.takes_bytes = 0;
  SECTION("a delayed send, answered 503 the first time") {
    const FakeExchange& delayed = rig.send(1, stream_bytes(250), impatient);
    rig.pass(1s);
    CHECK(delayed.text() == "503");
    const FakeExchange& again = rig.send(1, stream_bytes(250), impatient);
    CHECK(again.text() == "-");
    rig.pass(999ms);
    CHECK(again.text() == "-");
    rig.pass(1ms);
    CHECK(again.text() == "503");
    const FakeExchange& forever = rig.send(1, stream_bytes(250));
    rig.pass(10s);
    CHECK(forever.text() == "-");
  }
  SECTION("a delayed send on a connection that could wait, then on one that cannot") {
    rig.send(1, stream_bytes(250));
    const FakeExchange& again = rig.send(1, stream_bytes(250), impatient);
    rig.pass(1s);
    CHECK(again.text() == "503");
  }
  SECTION("one that waits for its turn") {
    rig.send(1, stream_bytes(250));
    rig.idle(2, patient);
    const FakeExchange& again = rig.idle(2, impatient);
    rig.pass(1s);
    CHECK(again.text() == "503");
  }
  SECTION("one that waits for its turn, and how long it may be held then") {
    rig.send(1, stream_bytes(250));
    rig.idle(2);
    SessionRig::Terms unheld;
    unheld.hold_limit = 0ms;
    const FakeExchange& again = rig.idle(2, unheld);
    rig.backend_takes(250);
    CHECK(again.text() == "\x01");
  }
}

TEST_CASE("A repeat is refused data when its carrier cannot take it", "[session][repeat]") {
  SessionRig rig;
  SessionRig::Terms deaf;
  deaf.takes_data = false;
  rig.from_backend("data");
  rig.idle(1);
  CHECK(rig.idle(1, deaf).text() == "503");
  rig.send(2, "x");
  CHECK(rig.send(2, "x", deaf).text() == "\x01");
  CHECK(rig.idle(1).text() == "\x01"
                              "data");
}

TEST_CASE("A held idle whose connection is gone counts as answered empty, and loses no byte", "[session][repeat]") {
  SessionRig rig;
  const FakeExchange& idle = rig.idle(1);
  rig.forget(idle);
  rig.from_backend("kept");
  CHECK(idle.text() == "-");
  CHECK(rig.idle(1).text() == "\x01");
  CHECK(rig.idle(2).text() == "\x01kept");
}

TEST_CASE("A request whose connection is gone while it waits is delivered all the same", "[session][repeat]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& third = rig.send(3, "three");
  rig.forget(third);
  rig.send(2, "two ");
  CHECK(rig.backend.received == "one two three");
  CHECK(third.text() == "-");
  CHECK(rig.send(3, "three").text() == "\x01");
  CHECK(rig.backend.received == "one two three");
}

TEST_CASE("A delayed send whose connection is gone is delivered to its end", "[session][repeat]") {
  SessionRig rig(small_buffer(100));
  rig.backend.takes_bytes = 30;
  const FakeExchange& delayed = rig.send(1, stream_bytes(500));
  rig.forget(delayed);
  rig.backend_takes(10000);
  CHECK(delayed.text() == "-");
  CHECK(rig.backend.received == stream_bytes(500));
  CHECK(rig.send(1, stream_bytes(500)).text() == "\x01");
  CHECK(rig.backend.received == stream_bytes(500));
}
