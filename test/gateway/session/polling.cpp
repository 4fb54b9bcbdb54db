// SPDX-License-Identifier: Apache-2.0
// When an idle is answered, with what, and how the polling byte grows.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::Session;
using rtmpt_proxy::protocol::SessionTerms;

namespace {

// Brings a rig beyond the conversation, where data is gathered; the next number is 1.
void end_conversation(SessionRig& rig) {
  rig.from_backend(std::string(Session::kConversationBytes, 'h'));
  const FakeExchange& first = rig.idle(0);
  REQUIRE(first.body.size() == Session::kConversationBytes);
}

} // namespace

TEST_CASE("A send is answered at once with what waits", "[session][polling]") {
  SessionRig rig;
  rig.from_backend("hello");
  CHECK(rig.send(1, "x").text() == "\x01hello");
  CHECK(rig.send(2, "y").text() == "\x01");
  CHECK(rig.session.counters().bytes_to_client == 5);
  CHECK(rig.session.counters().bytes_to_backend == 2);
  CHECK(rig.session.counters().requests == 2);
}

TEST_CASE("An idle is held until its time is up", "[session][polling]") {
  SessionRig rig;
  const FakeExchange& idle = rig.idle(1);
  rig.pass(499ms);
  CHECK(idle.text() == "-");
  rig.pass(1ms);
  CHECK(idle.text() == "\x01");
}

TEST_CASE("In the conversation of the beginning data is answered at once", "[session][polling]") {
  SessionRig rig;
  const FakeExchange& idle = rig.idle(1);
  rig.pass(100ms);
  rig.from_backend("S0");
  CHECK(idle.text() == "\x01S0");
  rig.from_backend(std::string(Session::kConversationBytes - 3, 'h'));
  rig.idle(2);
  const FakeExchange& last_at_once = rig.idle(3); // one byte is missing to the end of the conversation
  rig.from_backend("i");
  CHECK(last_at_once.text() == "\x01i");
  const FakeExchange& gathering = rig.idle(4);
  rig.from_backend("j");
  CHECK(gathering.text() == "-");
}

TEST_CASE("When the backend pauses nothing is gained by gathering", "[session][polling]") {
  SessionRig rig;
  end_conversation(rig);
  const FakeExchange& held = rig.idle(1);
  rig.from_backend("a");
  rig.from_backend("b");
  CHECK(held.text() == "-");
  rig.session.backend_pauses(rig.now());
  CHECK(held.text() == "\x01"
                       "ab");
  // Also for an idle that comes later; and without data a pause says nothing.
  rig.from_backend("c");
  rig.session.backend_pauses(rig.now());
  CHECK(rig.idle(2).text() == "\x01"
                              "c");
  const FakeExchange& waiting = rig.idle(3);
  rig.session.backend_pauses(rig.now());
  CHECK(waiting.text() == "-");
  rig.from_backend("d");
  CHECK(waiting.text() == "-");
}

TEST_CASE("After the conversation data is gathered for a moment", "[session][polling]") {
  SessionRig rig;
  end_conversation(rig);
  const FakeExchange& idle = rig.idle(1);
  rig.pass(100ms);
  rig.from_backend("a");
  rig.pass(10ms);
  rig.from_backend("b");
  rig.pass(9ms);
  CHECK(idle.text() == "-");
  rig.pass(1ms);
  CHECK(idle.text() == "\x01"
                       "ab");
}

TEST_CASE("Data that has gathered already is answered at once", "[session][polling]") {
  SessionRig rig;
  end_conversation(rig);
  rig.from_backend("abc");
  rig.pass(20ms);
  CHECK(rig.idle(1).text() == "\x01"
                              "abc");
}

TEST_CASE("The gather is cut short by much data or by the end of the hold", "[session][polling]") {
  SessionTerms terms = usual_terms();
  terms.gather = 10s;
  SessionRig rig(terms);
  end_conversation(rig);
  const FakeExchange& much = rig.idle(1);
  rig.from_backend(stream_bytes(Session::kEnoughBytes - 1));
  CHECK(much.text() == "-");
  rig.from_backend(stream_bytes(1, Session::kEnoughBytes - 1));
  CHECK((much.body == stream_bytes(Session::kEnoughBytes)));
  const FakeExchange& little = rig.idle(2);
  rig.from_backend("x");
  rig.pass(499ms);
  CHECK(little.text() == "-");
  rig.pass(1ms);
  CHECK(little.text() == "\x01x");
}

TEST_CASE("A reply carries 256 KiB at most and the rest follows in order", "[session][polling]") {
  SessionRig rig;
  rig.from_backend(stream_bytes(600'000));
  std::string received;
  std::vector<std::size_t> sizes;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    const FakeExchange& idle = rig.idle(number);
    received += idle.body;
    sizes.push_back(idle.body.size());
  }
  CHECK(sizes == std::vector<std::size_t>{262144, 262144, 75712});
  CHECK((received == stream_bytes(600'000)));
}

TEST_CASE("The polling byte grows over empty idles and data brings it back", "[session][polling]") {
  SessionRig rig;
  std::vector<int> bytes;
  std::uint32_t number = 1;
  for (; number <= 8; ++number) {
    const FakeExchange& idle = rig.idle(number);
    rig.pass(500ms);
    bytes.push_back(idle.polling_interval.value_or(0));
  }
  CHECK(bytes == std::vector<int>{0x01, 0x03, 0x05, 0x09, 0x11, 0x21, 0x21, 0x21});
  CHECK(rig.send(number++, "x").text() == "\x21"); // an empty answer to a send says nothing new
  rig.from_backend("x");
  CHECK(rig.idle(number++).text() == "\x01x");
  const FakeExchange& empty = rig.idle(number++);
  const FakeExchange& next = rig.idle(number);
  rig.pass(500ms);
  CHECK(empty.text() == "\x01");
  CHECK(next.text() == "\x03");
}

TEST_CASE("An idle that must not be held is answered at once", "[session][polling]") {
  SessionTerms of_session = usual_terms();
  SECTION("by configuration") {
    of_session.idle_hold = 0ms;
    SessionRig rig(of_session);
    CHECK(rig.idle(1).text() == "\x01");
  }
  SECTION("because its carrier says so, even while data gathers") {
    SessionRig rig;
    end_conversation(rig);
    SessionRig::Terms terms;
    terms.hold_limit = 0ms;
    CHECK(rig.idle(1, terms).text() == "\x01");
    rig.from_backend("x");
    CHECK(rig.idle(2, terms).text() == "\x01x");
  }
  SECTION("because its carrier cannot wait longer") {
    SessionRig rig;
    SessionRig::Terms terms;
    terms.hold_limit = 50ms;
    const FakeExchange& idle = rig.idle(1, terms);
    rig.pass(49ms);
    CHECK(idle.text() == "-");
    rig.pass(1ms);
    CHECK(idle.text() == "\x01");
  }
}

TEST_CASE("A held idle is answered when more requests come behind it", "[session][polling]") {
  SessionRig rig;
  const FakeExchange& idle = rig.idle(1);
  const FakeExchange stranger;
  rig.hurry(stranger);
  CHECK(idle.text() == "-");
  rig.hurry(idle);
  CHECK(idle.text() == "\x01");
  rig.hurry(idle);
  CHECK(idle.answers == 1);
}

TEST_CASE("A held idle with another poll behind it is answered soon, and never later", "[session][polling]") {
  SessionRig rig;
  const FakeExchange& idle = rig.idle(1);
  const FakeExchange stranger;
  rig.hurry_for_poll(stranger);
  rig.pass(100ms);
  rig.hurry_for_poll(idle);
  rig.pass(19ms);
  rig.hurry_for_poll(idle);
  CHECK(idle.text() == "-");
  rig.pass(1ms);
  CHECK(idle.text() == "\x01");
  const FakeExchange& nearly_over = rig.idle(2);
  rig.pass(495ms);
  rig.hurry_for_poll(nearly_over);
  rig.pass(5ms);
  CHECK(nearly_over.text() == "\x03");
}

TEST_CASE("A newer request lets an older held idle go first", "[session][polling]") {
  SessionRig rig;
  end_conversation(rig);
  const FakeExchange& older = rig.idle(1);
  rig.from_backend("data");
  const FakeExchange& newer = rig.send(2, "x");
  CHECK(older.text() == "\x01"
                        "data");
  CHECK(newer.text() == "\x01");
}

TEST_CASE("A client that reads no replies gets empty answers, and its bytes are kept", "[session][polling]") {
  SessionRig rig;
  SessionRig::Terms deaf;
  deaf.takes_data = false;
  rig.from_backend("kept");
  CHECK(rig.idle(1, deaf).text() == "\x01");
  CHECK(rig.send(2, "x", deaf).text() == "\x03");
  CHECK(rig.session.counters().bytes_to_client == 0);
  CHECK(rig.idle(3).text() == "\x01kept");
}

TEST_CASE("A held idle whose client stops to read meanwhile is answered empty", "[session][polling]") {
  SessionRig rig;
  FakeExchange& idle = rig.idle(1);
  idle.takes_data = false;
  rig.from_backend("kept");
  CHECK(idle.text() == "\x01");
  CHECK(rig.idle(2).text() == "\x01kept");
}
