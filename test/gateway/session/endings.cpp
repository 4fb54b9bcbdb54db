// SPDX-License-Identifier: Apache-2.0
// How a session ends, and what is delivered then.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::SessionEnd;
using rtmpt_proxy::gateway::TimePoint;
using rtmpt_proxy::protocol::SessionTerms;

namespace {

const std::string kClosed(1, '\0');

} // namespace

TEST_CASE("Close ends the session, with a number or without", "[session][endings]") {
  SessionRig rig;
  rig.send(1, "x");
  const FakeExchange& close = GENERATE(true, false) ? rig.close(2) : rig.close();
  CHECK(close.text() == kClosed);
  CHECK(rig.session.end() == SessionEnd::closed);
  CHECK(rig.session.next_deadline() == TimePoint::max());
  const FakeExchange& late = rig.send(3, "y");
  CHECK(late.text() == "404");
  CHECK(late.close);
  CHECK(rig.backend.received == "x");
}

TEST_CASE("Close may be the only request of a session", "[session][endings]") {
  SessionRig rig;
  CHECK(rig.close().text() == kClosed);
  CHECK(rig.session.end() == SessionEnd::closed);
}

TEST_CASE("Close without a number answers everybody who waits", "[session][endings]") {
  SessionRig rig;
  const FakeExchange& held = rig.idle(1);
  const FakeExchange& parked = rig.send(3, "x");
  CHECK(rig.close().text() == kClosed);
  CHECK(held.text() == "\x01");
  CHECK(parked.text() == "404");
}

TEST_CASE("Close with a number waits for those before it", "[session][endings]") {
  SessionRig rig;
  rig.send(1, "one ");
  const FakeExchange& close = rig.close(3);
  CHECK(close.text() == "-");
  rig.send(2, "two");
  CHECK(close.text() == kClosed);
  CHECK(rig.backend.received == "one two");
}

TEST_CASE("What the backend has not taken at a close is still brought to it", "[session][endings]") {
  SessionRig rig(small_buffer(1000));
  rig.backend.takes_bytes = 0;
  rig.send(1, stream_bytes(900));
  SECTION("from the buffer") {
    rig.close(2);
    CHECK(rig.session.bytes_for_backend() > 0);
    rig.backend_takes(10'000);
    CHECK((rig.backend.received == stream_bytes(900)));
  }
  SECTION("from a send that is still delayed") {
    const FakeExchange& delayed = rig.send(2, stream_bytes(900, 900));
    rig.close();
    CHECK(delayed.text() == "\x01");
    rig.backend_takes(10'000);
    CHECK((rig.backend.received == stream_bytes(1800)));
  }
  CHECK(rig.session.bytes_for_backend() == 0);
  CHECK(rig.session.end() == SessionEnd::closed);
}

TEST_CASE("After the backend closed the rest is delivered, then the end is told", "[session][endings]") {
  SessionRig rig;
  rig.from_backend(stream_bytes(300'000));
  rig.backend_closes();
  CHECK(rig.session.backend_room_bytes() == 0);
  const FakeExchange& first = rig.idle(1);
  CHECK((first.body == stream_bytes(262'144)));
  CHECK_FALSE(first.close);
  const FakeExchange& second = rig.send(2, "into the void");
  CHECK((second.body == stream_bytes(300'000 - 262'144, 262'144)));
  CHECK_FALSE(second.close);
  CHECK_FALSE(rig.session.ended());
  const FakeExchange& last = rig.idle(3);
  CHECK(last.text() == "\x01");
  CHECK(last.close);
  CHECK(rig.session.end() == SessionEnd::backend_closed);
  CHECK(rig.idle(4).text() == "404");
  CHECK(rig.backend.received.empty());
}

TEST_CASE("A held idle learns of the backend's end at once", "[session][endings]") {
  SessionRig rig;
  const FakeExchange& held = rig.idle(1);
  rig.backend_closes();
  CHECK(held.text() == "\x01");
  CHECK(held.close);
  CHECK(rig.session.end() == SessionEnd::backend_closed);
}

TEST_CASE("A backend that closes lets nobody wait", "[session][endings]") {
  SessionRig rig(small_buffer(100));
  rig.from_backend("last words");
  rig.backend.takes_bytes = 0;
  const FakeExchange& delayed = rig.send(1, stream_bytes(300));
  const FakeExchange& parked = rig.send(2, "x");
  const FakeExchange& ahead = rig.idle(4);
  rig.backend_closes();
  CHECK(delayed.text() == "\x01last words");
  CHECK(parked.text() == "\x01");
  CHECK(parked.close);
  CHECK(ahead.text() == "404");
  CHECK(rig.session.bytes_for_backend() == 0);
}

TEST_CASE("Bytes of a backend that closed wait for a client that does not read just now", "[session][endings]") {
  SessionRig rig;
  SessionRig::Terms deaf;
  deaf.takes_data = false;
  rig.from_backend("last words");
  rig.backend_closes();
  const FakeExchange& pipelined = rig.idle(1, deaf);
  CHECK(pipelined.text() == "\x01");
  CHECK_FALSE(pipelined.close);
  SECTION("it reads again in time") {
    rig.pass(1999ms);
    CHECK(rig.idle(2).text() == "\x01last words");
    CHECK(rig.idle(3).close);
  }
  SECTION("it never reads: it is told, too, and not kept for ever") {
    rig.pass(1999ms);
    CHECK_FALSE(rig.send(2, "x", deaf).close);
    rig.pass(1ms);
    CHECK(rig.send(3, "x", deaf).close);
  }
  CHECK(rig.session.end() == SessionEnd::backend_closed);
}

TEST_CASE("A session without a request for its timeout ends", "[session][endings]") {
  SessionRig rig;
  rig.send(0, "x");
  rig.pass(14'999ms);
  rig.send(1, "x");
  rig.pass(14'999ms);
  CHECK_FALSE(rig.session.ended());
  rig.pass(1ms);
  CHECK(rig.session.end() == SessionEnd::timeout);
  CHECK(rig.idle(2).text() == "404");
}

TEST_CASE("A session whose client sends nothing behind its open ends after five seconds", "[session][endings]") {
  SECTION("that sends nothing at all") {
    SessionRig rig;
    rig.session.connection_joined();
    rig.pass(4'999ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
    CHECK(rig.session.end() == SessionEnd::timeout);
  }
  SECTION("that comes in time") {
    SessionRig rig;
    rig.pass(4'999ms);
    rig.idle(0);
    rig.pass(500ms); // the hold
    rig.pass(14'999ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
    CHECK(rig.session.end() == SessionEnd::timeout);
  }
  SECTION("where the timeout is shorter") {
    SessionTerms terms = usual_terms();
    terms.session_timeout = 2s;
    SessionRig rig(terms);
    rig.pass(1'999ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
    CHECK(rig.session.end() == SessionEnd::timeout);
  }
}

TEST_CASE("A session that nobody waited for ends with a word of its own", "[session][endings]") {
  SessionRig rig;
  rig.session.end_because(SessionEnd::unclaimed, rig.now());
  CHECK(rig.session.end() == SessionEnd::unclaimed);
  CHECK(rig.idle(0).text() == "404");
}

TEST_CASE("A hold longer than the timeout does not end the session", "[session][endings]") {
  SessionTerms terms = usual_terms();
  terms.idle_hold = 20s;
  SessionRig rig(terms);
  const FakeExchange& held = rig.idle(1);
  rig.pass(20s);
  CHECK(held.text() == "\x01");
  rig.pass(14'999ms);
  CHECK_FALSE(rig.session.ended());
  rig.pass(1ms);
  CHECK(rig.session.end() == SessionEnd::timeout);
}

TEST_CASE("A session whose only connection is gone ends sooner", "[session][endings]") {
  SessionRig rig;
  rig.session.connection_joined();
  rig.send(1, "x");
  SECTION("its client stays away") {
    rig.leave();
    rig.pass(4'999ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
    CHECK(rig.session.end() == SessionEnd::client_gone);
  }
  SECTION("its client comes back") {
    rig.leave();
    rig.pass(4'999ms);
    rig.session.connection_joined();
    rig.idle(2);
    rig.pass(5s);
    CHECK_FALSE(rig.session.ended());
  }
  SECTION("its client uses more than one connection") {
    rig.session.connection_joined();
    rig.leave();
    rig.leave();
    rig.pass(14'999ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
    CHECK(rig.session.end() == SessionEnd::timeout);
  }
  SECTION("some of its requests come by way of httpd") {
    rig.session.used_without_connection();
    rig.leave();
    rig.pass(14'999ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
    CHECK(rig.session.end() == SessionEnd::timeout);
  }
}

TEST_CASE("Forwarded requests count no more once the connection they came on is the gateway's", "[session][endings]") {
  SessionRig rig;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    rig.session.used_without_connection();
    rig.send(number, "x");
  }
  SECTION("all of them came on it") {
    rig.session.connection_joined(3);
    rig.leave();
    rig.pass(5s);
    CHECK(rig.session.end() == SessionEnd::client_gone);
  }
  SECTION("one came on another") {
    rig.session.connection_joined(2);
    rig.leave();
    rig.pass(14'999ms);
    CHECK_FALSE(rig.session.ended());
    rig.pass(1ms);
    CHECK(rig.session.end() == SessionEnd::timeout);
  }
  SECTION("another comes later by way of httpd") {
    rig.session.connection_joined(3);
    rig.session.used_without_connection();
    rig.leave();
    rig.pass(14'999ms);
    CHECK_FALSE(rig.session.ended());
  }
  SECTION("httpd counts more than came") {
    rig.session.connection_joined(4);
    rig.session.used_without_connection();
    rig.leave();
    rig.pass(14'999ms);
    CHECK_FALSE(rig.session.ended());
  }
}

TEST_CASE("Each end has a name of its own", "[session][endings]") {
  std::string all;
  for (int end = 0; end <= static_cast<int>(SessionEnd::stream_refused); ++end) {
    const std::string name(to_string(static_cast<SessionEnd>(end)));
    CHECK(all.find("|" + name + "|") == std::string::npos);
    CHECK(name != "unknown");
    all += "|" + name + "|";
  }
}

TEST_CASE("The reason told is the first cause: what the client was refused, or what was lost, before it left",
          "[session][endings]") {
  SessionRig rig;
  rig.session.connection_joined();
  rig.send(1, "1");
  SECTION("a number that means nothing, then a close") {
    CHECK(rig.idle(1000).text() == "400");
    rig.close();
    CHECK(rig.session.end() == SessionEnd::request_refused);
    CHECK(rig.session.refused_status() == 400);
  }
  SECTION("a refusal by its carrier, then silence") {
    rig.session.request_refused(404);
    rig.pass(15s);
    CHECK(rig.session.end() == SessionEnd::request_refused);
    CHECK(rig.session.refused_status() == 404);
  }
  SECTION("a refusal by its carrier, then the end of its connection") {
    rig.session.request_refused(408);
    rig.leave();
    rig.pass(5s);
    CHECK(rig.session.end() == SessionEnd::request_refused);
  }
  SECTION("a refusal by its carrier that is told before the number is served") {
    rig.session.request_refused(403, 2);
    rig.close();
    CHECK(rig.session.end() == SessionEnd::request_refused);
    CHECK(rig.session.refused_status() == 403);
  }
  SECTION("a refusal by its carrier that is told after the client has repeated the request and was served") {
    rig.send(2, "2");
    rig.session.request_refused(403, 2);
    rig.close();
    CHECK(rig.session.end() == SessionEnd::closed);
    CHECK(rig.session.refused_status() == 0);
  }
  SECTION("a refusal, and it goes on well") {
    CHECK(rig.idle(1000).text() == "400");
    rig.send(2, "2");
    rig.close();
    CHECK(rig.session.end() == SessionEnd::closed);
    CHECK(rig.session.refused_status() == 0);
  }
  SECTION("a send that was cut off, then a close") {
    const FakeExchange& send = rig.begin_send(2);
    rig.give(send, "2");
    rig.forget(send);
    rig.close();
    CHECK(rig.session.end() == SessionEnd::lost_request);
  }
  SECTION("an end that is not the client's") {
    rig.session.request_refused(408);
    rig.session.end_because(SessionEnd::administrator, rig.now());
    CHECK(rig.session.end() == SessionEnd::administrator);
  }
}
