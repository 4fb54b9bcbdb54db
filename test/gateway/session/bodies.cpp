// SPDX-License-Identifier: Apache-2.0
// Bodies of sends that come in pieces: they flow to the backend, in order, once, and never faster than it takes them.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::SessionEnd;

TEST_CASE("A body flows to the backend as it comes, and is answered at its end", "[session][bodies]") {
  SessionRig rig;
  const FakeExchange& send = rig.begin_send(1);
  CHECK(rig.give(send, "one ") == 4);
  CHECK(rig.backend.received == "one ");
  CHECK(rig.give(send, "two") == 3);
  CHECK(send.text() == "-");
  rig.end_body(send);
  CHECK(send.text() == "\x01");
  CHECK(rig.backend.received == "one two");
  CHECK(rig.send(2, " three").text() == "\x01");
  CHECK(rig.backend.received == "one two three");
}

TEST_CASE("A body many times the buffer holds no more memory than the buffer", "[session][bodies]") {
  SessionRig rig(small_buffer(1 << 16));
  rig.backend.takes_bytes = 0;
  const FakeExchange& send = rig.begin_send(1);
  const std::string body = stream_bytes(3'000'000);
  std::size_t given = 0;
  while (given < body.size()) {
    given += rig.give(send, std::string_view(body).substr(given));
    if (rig.session.storage_bytes() > 2U << 16) FAIL("the session holds " << rig.session.storage_bytes() << " bytes");
    rig.backend_takes(20'000);
  }
  rig.end_body(send);
  CHECK(send.text() == "\x01");
  rig.backend_takes(1U << 16);
  CHECK((rig.backend.received == body));
}

TEST_CASE("A full buffer stops the client, who is told when there is room for more than crumbs", "[session][bodies]") {
  SessionRig rig(small_buffer(1000));
  rig.backend.takes_bytes = 0;
  const FakeExchange& send = rig.begin_send(1);
  CHECK(rig.give(send, stream_bytes(1500)) < 1001);
  CHECK(rig.session.body_room_bytes(send) == 0);
  rig.backend_takes(100);
  CHECK(send.calls_for_more == 0);
  CHECK(rig.session.body_room_bytes(send) == 0);
  rig.backend_takes(200);
  CHECK(send.calls_for_more == 1);
  CHECK(rig.session.body_room_bytes(send) > 0);
}

TEST_CASE("An empty body that ends before the turn of its send is answered in its turn", "[session][bodies]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& third = rig.begin_send(3);
  CHECK(rig.session.body_room_bytes(third) == 0);
  rig.end_body(third);
  CHECK(third.text() == "-");
  const FakeExchange& fourth = rig.send(4, "four");
  CHECK(rig.send(2, "two ").text() == "\x01");
  CHECK(third.text() == "\x01");
  CHECK(fourth.text() == "\x01");
  CHECK(rig.backend.received == "one two four");
}

TEST_CASE("A send that is ahead gives nothing of its body before its turn", "[session][bodies]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& third = rig.begin_send(3);
  CHECK(rig.give(third, "three") == 0);
  const FakeExchange& second = rig.begin_send(2);
  CHECK(rig.give(second, "two") == 3);
  const FakeExchange& fourth = rig.send(4, " four");
  CHECK(third.calls_for_more == 0);
  rig.end_body(second);
  CHECK(second.text() == "\x01");
  CHECK(third.calls_for_more == 1);
  CHECK(fourth.text() == "-");
  CHECK(rig.give(third, " three") == 6);
  rig.end_body(third);
  CHECK(third.text() == "\x01");
  CHECK(fourth.text() == "\x01");
  CHECK(rig.backend.received == "one two three four");
}

TEST_CASE("A body that was cut off goes on where it ended when its number comes again", "[session][bodies]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& cut = rig.begin_send(2);
  rig.give(cut, "two tw");
  rig.forget(cut);
  CHECK(rig.backend.received == "one two tw");
  SECTION("whole") {
    CHECK(rig.send(2, "two two").text() == "\x01");
  }
  SECTION("in pieces") {
    const FakeExchange& again = rig.begin_send(2);
    rig.give(again, "tw");
    CHECK(rig.backend.received == "one two tw");
    rig.give(again, "o two");
    rig.end_body(again);
    CHECK(again.text() == "\x01");
  }
  SECTION("in pieces, cut off once more, and sooner") {
    const FakeExchange& again = rig.begin_send(2);
    rig.give(again, "two");
    rig.forget(again);
    const FakeExchange& third = rig.begin_send(2);
    rig.give(third, "two two");
    rig.end_body(third);
    CHECK(third.text() == "\x01");
  }
  SECTION("while one waits behind it") {
    const FakeExchange& next = rig.send(3, "");
    rig.pass(1900ms);
    CHECK(next.text() == "-");
    CHECK(rig.send(2, "two two").text() == "\x01");
    CHECK(next.text() == "\x01");
  }
  SECTION("before the gateway has noticed that the first connection is gone") {
    const FakeExchange& first = rig.begin_send(3);
    rig.send(2, "two two");
    rig.give(first, " thr");
    const FakeExchange& again = rig.begin_send(3);
    CHECK(first.text() == "-");
    CHECK(rig.give(first, "waits") == 0);
    rig.give(again, " three");
    rig.end_body(again);
    CHECK(again.text() == "\x01");
    CHECK(first.text() == "\x01");
    CHECK(first.close);
    CHECK(rig.backend.received == "one two two three");
    return;
  }
  CHECK(rig.backend.received == "one two two");
  rig.idle(4);
  rig.pass(2s);
  CHECK_FALSE(rig.session.ended());
}

TEST_CASE("A body that was cut off and does not come again is a hole", "[session][bodies]") {
  SessionRig rig;
  const FakeExchange& cut = rig.begin_send(0);
  rig.give(cut, "begun");
  SECTION("its connection is gone, and a poll follows") {
    rig.forget(cut);
    const FakeExchange& next = rig.idle(1);
    rig.pass(2s);
    CHECK(next.text() == "404");
  }
  SECTION("a poll waited behind it") {
    const FakeExchange& next = rig.idle(1);
    rig.pass(10s); // as long as the body takes
    rig.give(cut, "");
    CHECK(next.text() == "-");
    rig.forget(cut);
    rig.pass(1999ms);
    CHECK(next.text() == "-");
    rig.pass(1ms);
    CHECK(next.text() == "404");
  }
  CHECK(rig.session.end() == SessionEnd::lost_request);
  CHECK(rig.backend.received == "begun");
}

TEST_CASE("A send whose connection is gone before its turn is missing", "[session][bodies]") {
  SessionRig rig;
  rig.send(1, "1");
  const FakeExchange& third = rig.begin_send(3);
  rig.forget(third);
  SECTION("it does not come again") {
    rig.send(2, "2");
    rig.idle(4);
    rig.pass(2s);
    CHECK(rig.session.end() == SessionEnd::lost_request);
  }
  SECTION("it does") {
    rig.send(3, "3");
    rig.send(2, "2");
    CHECK(rig.backend.received == "123");
    CHECK_FALSE(rig.session.ended());
  }
}

TEST_CASE("A send that waits with its body still to come may come again whole, if there is room", "[session][bodies]") {
  SessionRig rig(small_buffer(100));
  rig.send(1, "1");
  const FakeExchange& third = rig.begin_send(3);
  SECTION("there is") {
    const FakeExchange& again = rig.send(3, "3");
    rig.send(2, "2");
    CHECK(again.text() == "\x01");
    CHECK(third.close);
    CHECK(rig.backend.received == "123");
  }
  SECTION("there is none, and the first goes on") {
    CHECK(rig.send(3, stream_bytes(101)).text() == "503");
    CHECK(third.text() == "-");
    rig.send(2, "2");
    rig.give(third, "3");
    rig.end_body(third);
    CHECK(third.text() == "\x01");
    CHECK(rig.backend.received == "123");
  }
}

TEST_CASE("The body of a repeated send counts once, and any of it is accepted", "[session][bodies]") {
  SessionRig rig;
  rig.send(1, "one");
  const FakeExchange& again = rig.begin_send(1);
  CHECK(again.text() == "\x01");
  CHECK(rig.give(again, stream_bytes(5000)) == 5000);
  rig.end_body(again);
  CHECK(rig.send(2, "two").text() == "\x01");
  CHECK(rig.backend.received == "onetwo");
}

TEST_CASE("A carrier that cannot wait is answered 503 while its body lacks room, unless the body goes on",
          "[session][bodies]") {
  SessionRig rig(small_buffer(1000));
  rig.backend.takes_bytes = 0;
  SessionRig::Terms impatient;
  impatient.wait_limit = 1s;
  const FakeExchange& send = rig.begin_send(1, impatient);
  REQUIRE(rig.give(send, stream_bytes(1500)) == 1000);
  rig.pass(999ms);
  rig.backend_takes(1000);
  REQUIRE(send.calls_for_more == 1);
  REQUIRE(rig.give(send, stream_bytes(1500)) == 1000);
  rig.pass(999ms);
  CHECK(send.text() == "-");
  rig.pass(1ms);
  CHECK(send.text() == "503");
  CHECK(rig.give(send, "lost") == 4);
}

TEST_CASE("A carrier that cannot wait for room waits for its client all the same", "[session][bodies]") {
  SessionRig rig(small_buffer(1000));
  SessionRig::Terms impatient;
  impatient.wait_limit = GENERATE(0ms, 1000ms);
  CAPTURE(impatient.wait_limit->count());
  const FakeExchange& send = rig.begin_send(1, impatient);
  rig.pass(10s);
  rig.give(send, "a");
  rig.pass(10s);
  rig.give(send, "b");
  CHECK(send.text() == "-");
  rig.end_body(send);
  CHECK(send.text() == "\x01");
  CHECK(rig.backend.received == "ab");
}

TEST_CASE("A slow upload is no reason to end a session, and its silence is its carrier's business",
          "[session][bodies]") {
  SessionRig rig;
  const FakeExchange& send = rig.begin_send(1);
  for (int i = 0; i < 10; ++i) {
    rig.give(send, "x");
    rig.pass(14s);
  }
  CHECK_FALSE(rig.session.ended());
  rig.end_body(send);
  CHECK(send.text() == "\x01");
  rig.pass(15s);
  CHECK(rig.session.end() == SessionEnd::timeout);
}

TEST_CASE("A backend that takes nothing of a body for four timeouts ends the session", "[session][bodies]") {
  SessionRig rig(small_buffer(1000));
  rig.backend.takes_bytes = 0;
  const FakeExchange& send = rig.begin_send(1);
  rig.give(send, stream_bytes(2000));
  rig.pass(59'999ms);
  rig.backend_takes(1);
  rig.pass(59'999ms);
  CHECK(send.text() == "-");
  rig.pass(1ms);
  CHECK(send.text() == "503");
  CHECK(send.close);
  CHECK(rig.session.end() == SessionEnd::backend_stalled);
}

TEST_CASE("A backend that closes lets no body go on", "[session][bodies]") {
  SessionRig rig;
  rig.from_backend("last words");
  const FakeExchange& send = rig.begin_send(1);
  rig.give(send, "x");
  const FakeExchange& next = rig.begin_send(2);
  rig.backend_closes();
  CHECK(send.text() == "\x01last words");
  CHECK(next.text() == "\x01");
  CHECK(next.close);
  CHECK(rig.give(send, "more") == 4);
  CHECK(rig.session.end() == SessionEnd::backend_closed);
}

TEST_CASE("A close ends a session in the middle of a body", "[session][bodies]") {
  SessionRig rig;
  const FakeExchange& send = rig.begin_send(1);
  rig.give(send, "x");
  CHECK(rig.close().text() == std::string(1, '\0'));
  CHECK(send.text() == "404");
  CHECK(send.close);
  CHECK(rig.begin_send(2).text() == "404");
}

TEST_CASE("A client whose connection breaks while its send waits for the backend has its time to come again",
          "[session][bodies]") {
  SessionRig rig(small_buffer(1000));
  rig.session.connection_joined();
  rig.session.connection_joined();
  rig.backend.takes_bytes = 0;
  const FakeExchange& send = rig.begin_send(1);
  while (rig.give(send, stream_bytes(500)) > 0) {
  }
  rig.pass(usual_terms().session_timeout + 5s);
  rig.forget(send);
  rig.pass(1s);
  CHECK_FALSE(rig.session.ended());
  rig.pass(usual_terms().session_timeout);
  CHECK(rig.session.end() == SessionEnd::timeout);
}
