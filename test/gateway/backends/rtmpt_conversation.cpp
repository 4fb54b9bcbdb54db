// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/rtmpt_conversation.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::gateway;
using namespace std::chrono_literals;
using namespace std::string_literals;
using rtmpt_proxy::protocol::BackendSessionId;

namespace {

constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr auto kTimeout = 15s;
const std::string kHandshake(RtmptConversation::kFirstSendBytes, 'h');

// A conversation, its clock, and a server that takes what is written.
struct Rig {
  TimePoint now = kStart;
  RtmptConversation conversation{RtmptRequests("media:80", BackendSessionId("ID")), kTimeout, kStart};

  // What goes out now; "idle 3" or "send 4 5" with the body's length, for each request.
  std::string write_all() {
    std::string text, summary;
    for (const std::string_view piece : conversation.unwritten()) {
      if (piece.empty()) continue;
      text += piece;
      const auto target = piece.substr(6, piece.find(" HTTP") - 6);
      summary += (summary.empty() ? "" : ", ") + std::string(target);
    }
    conversation.written(text.size(), now);
    return summary;
  }

  std::string reply(std::string_view body) {
    conversation.reply_begins(now);
    const std::string bytes(conversation.reply_piece(body, now));
    conversation.reply_complete(now);
    return bytes;
  }

  std::size_t send(std::string_view bytes) { return conversation.send({bytes, {}}, now); }

  // Lets time go on until the next poll and makes it.
  std::string poll() {
    now = std::max(now, conversation.next_deadline(true));
    conversation.poll(now);
    return write_all();
  }

  // Gets the first send over with.
  void shake_hands() {
    REQUIRE(send(kHandshake) == kHandshake.size());
    REQUIRE(write_all() == "send/ID/0");
    REQUIRE(reply("\1answer") == "answer");
  }
};

} // namespace

TEST_CASE("A send goes out at once, and the next one when the first is answered", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  CHECK(rig.send("abc") == 3);
  CHECK(rig.write_all() == "send/ID/1");
  CHECK_FALSE(rig.conversation.takes_bytes(5, rig.now));
  CHECK(rig.send("later") == 0);
  CHECK(rig.reply("\1") == "");
  CHECK(rig.conversation.takes_bytes(5, rig.now));
  CHECK(rig.send("later") == 5);
  CHECK(rig.write_all() == "send/ID/2");
}

TEST_CASE("A send does not wait for an idle that the server holds", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  CHECK(rig.poll() == "idle/ID/1");
  rig.now += IdleHabit::kHeld;
  CHECK(rig.reply("\1") == "");
  CHECK(rig.poll() == "idle/ID/2");
  CHECK(rig.send("abc") == 3);
  CHECK(rig.write_all() == "send/ID/3");
  CHECK(rig.reply("\1held") == "held");
  CHECK(rig.conversation.has_requests());
  CHECK(rig.reply("\1") == "");
  CHECK_FALSE(rig.conversation.has_requests());
}

TEST_CASE("A send waits for the answer to an idle of a server that may not hold it", "[rtmpt_conversation]") {
  const bool known = GENERATE(false, true);
  Rig rig;
  rig.shake_hands();
  if (known) {
    rig.poll();
    rig.reply("\1");
  }
  rig.poll();
  const auto due = rig.now + (known ? IdleHabit::kWaitAtOnce : IdleHabit::kWaitUnknown);
  rig.now += 1ms;
  CHECK(rig.send("abc") == 0);
  CHECK(rig.conversation.next_deadline(true) == due);
  CHECK(rig.conversation.next_deadline(false) == due);
  SECTION("answered") {
    rig.reply("\1");
    CHECK(rig.send("abc") == 3);
    CHECK(rig.conversation.next_deadline(false) == TimePoint::max());
  }
  SECTION("not answered") {
    rig.now = due;
    CHECK(rig.send("abc") == 3);
    CHECK(rig.write_all().starts_with("send/ID/"));
  }
}

TEST_CASE("An answer with data does not show whether the server holds idles", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  rig.poll();
  rig.now += IdleHabit::kHeld;
  rig.reply("\1data");
  rig.poll();
  CHECK(rig.send("abc") == 0);
  rig.now += IdleHabit::kWaitUnknown;
  CHECK(rig.send("abc") == 3);
}

TEST_CASE("Only one poll is under way, and none while a send is", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  CHECK(rig.poll() == "idle/ID/1");
  CHECK(rig.poll() == "");
  rig.reply("\1");
  rig.send("abc");
  CHECK(rig.write_all() == "send/ID/2");
  CHECK(rig.poll() == "");
}

TEST_CASE("The handshake's first bytes go in one send", "[rtmpt_conversation]") {
  Rig rig;
  CHECK(rig.send("\3") == 0);
  CHECK(rig.conversation.next_deadline(false) == kStart + RtmptConversation::kFirstSendWait);
  rig.now += 10ms;
  CHECK(rig.send(kHandshake) == kHandshake.size());
  CHECK(rig.write_all() == "send/ID/0");
}

TEST_CASE("A first send that does not become whole goes as it is", "[rtmpt_conversation]") {
  Rig rig;
  CHECK_FALSE(rig.conversation.takes_bytes(1, rig.now));
  rig.now += RtmptConversation::kFirstSendWait;
  CHECK(rig.conversation.takes_bytes(1, rig.now));
  CHECK(rig.send("\3") == 1);
  rig.write_all();
  rig.reply("\1");
  CHECK(rig.send("x") == 1);
}

TEST_CASE("The polling byte is no data, wherever the body is cut", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  for (const std::string& body : {"\1"s, "\1a"s, "\x21media"s, ""s}) {
    for (std::size_t cut = 0; cut <= body.size(); ++cut) {
      rig.poll();
      rig.conversation.reply_begins(rig.now);
      std::string bytes(rig.conversation.reply_piece(std::string_view(body).substr(0, cut), rig.now));
      bytes += rig.conversation.reply_piece(std::string_view(body).substr(cut), rig.now);
      rig.conversation.reply_complete(rig.now);
      CHECK(bytes == (body.empty() ? "" : body.substr(1)));
    }
  }
}

TEST_CASE("A close ends the conversation with its answer, or without it after a second", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  rig.poll();
  rig.conversation.finish(rig.now);
  rig.conversation.finish(rig.now);
  CHECK(rig.write_all() == "close/ID/2");
  CHECK(rig.reply("\1last") == "last");
  CHECK_FALSE(rig.conversation.is_over(rig.now));
  CHECK(rig.conversation.next_deadline(false) == rig.now + RtmptConversation::kCloseWait);
  SECTION("answered") {
    CHECK(rig.reply("\0"s) == "");
    CHECK(rig.conversation.is_over(rig.now));
  }
  SECTION("not answered") {
    rig.now += RtmptConversation::kCloseWait;
    CHECK(rig.conversation.is_over(rig.now));
  }
  CHECK(rig.send("late") == 0);
}

TEST_CASE("What is under way goes on over another connection only if the server cannot have read it",
          "[rtmpt_conversation]") {
  struct Case {
    ConnectionEnd how;
    bool acknowledged, goes_on;
  };
  const auto end = GENERATE(Case{ConnectionEnd::orderly, false, true}, Case{ConnectionEnd::orderly, true, false},
                            Case{ConnectionEnd::broken, false, false}, Case{ConnectionEnd::broken, true, false},
                            Case{ConnectionEnd::announced, true, true});
  const bool pipelined = GENERATE(false, true);
  Rig rig;
  rig.shake_hands();
  std::string under_way = rig.poll();
  if (pipelined) {
    rig.now += IdleHabit::kWaitUnknown;
    REQUIRE(rig.send("abc") == 3);
    under_way += ", " + rig.write_all();
  }
  std::size_t written = 0;
  Rig twin; // counts the bytes
  twin.shake_hands();
  twin.now = std::max(twin.now, twin.conversation.next_deadline(true));
  twin.conversation.poll(twin.now);
  twin.now += IdleHabit::kWaitUnknown;
  if (pipelined) twin.send("abc");
  for (const auto piece : twin.conversation.unwritten())
    written += piece.size();
  const auto reason = rig.conversation.connection_ended(end.how, end.acknowledged ? 0 : written);
  CHECK(reason.empty() == end.goes_on);
  if (!end.goes_on) return;
  CHECK(rig.write_all() == under_way);
}

TEST_CASE("One acknowledged byte is one the server may have read", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  rig.send("abc");
  std::size_t written = 0;
  for (const auto piece : rig.conversation.unwritten())
    written += piece.size();
  rig.write_all();
  CHECK_FALSE(rig.conversation.connection_ended(ConnectionEnd::orderly, written - 1).empty());
}

TEST_CASE("A connection that ends between two requests is nobody's loss", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  for (const auto how : {ConnectionEnd::orderly, ConnectionEnd::broken, ConnectionEnd::announced})
    CHECK(rig.conversation.connection_ended(how, 0).empty());
  CHECK(rig.poll() == "idle/ID/1");
}

TEST_CASE("A connection that ends inside a reply ends the conversation", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  rig.poll();
  rig.conversation.reply_begins(rig.now);
  CHECK_FALSE(rig.conversation.connection_ended(ConnectionEnd::orderly, 10000).empty());
}

TEST_CASE("A server that ends one connection after the other without a reply is given up", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  rig.poll();
  for (int i = 1; i < RtmptConversation::kMostAttempts; ++i) {
    CHECK(rig.conversation.connection_ended(ConnectionEnd::orderly, 10000).empty());
    rig.write_all();
  }
  CHECK_FALSE(rig.conversation.connection_ended(ConnectionEnd::orderly, 10000).empty());
}

TEST_CASE("A server that does not reply, or takes no bytes, is given up in time", "[rtmpt_conversation]") {
  Rig rig;
  rig.shake_hands();
  SECTION("no reply") {
    rig.poll();
    CHECK(rig.conversation.next_deadline(true) == rig.now + kTimeout);
    CHECK(rig.conversation.overdue(true, rig.now + kTimeout - 1ms).empty());
    CHECK_FALSE(rig.conversation.overdue(true, rig.now + kTimeout).empty());
  }
  SECTION("a reply that does not end") {
    rig.poll();
    rig.now += 10s;
    rig.conversation.reply_begins(rig.now);
    rig.conversation.reply_piece("\1part", rig.now);
    CHECK(rig.conversation.overdue(true, rig.now + 14s).empty());
    CHECK_FALSE(rig.conversation.overdue(true, rig.now + kTimeout).empty());
  }
  SECTION("no bytes taken") {
    rig.send("abc");
    rig.conversation.written(3, rig.now);
    CHECK(rig.conversation.overdue(true, rig.now + kTimeout).empty());
    CHECK_FALSE(rig.conversation.overdue(true, rig.now + 4 * kTimeout).empty());
  }
  SECTION("a delay that is the client's") {
    rig.poll();
    rig.now += 1h;
    CHECK(rig.conversation.overdue(false, rig.now).empty());
    CHECK(rig.conversation.next_deadline(false) == TimePoint::max());
    rig.conversation.resumed(rig.now);
    CHECK(rig.conversation.overdue(true, rig.now).empty());
  }
  SECTION("nothing asked") {
    CHECK(rig.conversation.overdue(true, rig.now + 1h).empty());
  }
}
