// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/split_polls.hpp>

#include <catch2/catch.hpp>

#include <string>

using rtmpt_proxy::protocol::is_head_alone;
using rtmpt_proxy::protocol::SplitPolls;

namespace {

const std::string kPollHead = "POST /idle/Aid/9 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n";
const std::string kSendHead = "POST /send/Aid/9 HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n";
constexpr std::size_t kRecordBytes = 22; // what TLS 1.3 adds to each piece

std::size_t on_wire(const std::string& piece) {
  return piece.size() + kRecordBytes;
}

} // namespace

TEST_CASE("A head that announces a body is recognised by its end", "[split_polls]") {
  CHECK(is_head_alone(kPollHead));
  CHECK(is_head_alone(kSendHead));
  CHECK(is_head_alone("x" + kPollHead)); // behind what is left of another request
  CHECK_FALSE(is_head_alone(""));
  CHECK_FALSE(is_head_alone("\r\n\r\n"));
  CHECK_FALSE(is_head_alone(kPollHead + "x"));
  CHECK_FALSE(is_head_alone(kPollHead.substr(0, kPollHead.size() - 1)));
  CHECK_FALSE(is_head_alone("POST /idle/Aid/9 HTTP/1.1\r\nContent-Length: 0\r\n\r\n"));
  CHECK_FALSE(is_head_alone("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK_FALSE(is_head_alone("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")); // it waits for us
}

TEST_CASE("Polls that come in two are awaited as far as one byte beyond the head", "[split_polls]") {
  SplitPolls polls;
  CHECK(polls.next_look_bytes(kPollHead, on_wire(kPollHead)) == 1); // the body will be one byte
  const std::string whole = kPollHead + '\0';
  CHECK(polls.next_look_bytes(whole, 1 + kRecordBytes) == on_wire(kPollHead) + 1);
  // The next one comes whole to those who wait for it, and is waited for in the same way.
  CHECK(polls.next_look_bytes(whole, on_wire(whole) + kRecordBytes) == on_wire(kPollHead) + 1);
}

TEST_CASE("A longer head is learnt, and its body awaited by the byte", "[split_polls]") {
  SplitPolls polls;
  const std::string longer = "POST /idle/Aid/10 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n";
  polls.next_look_bytes(kPollHead, on_wire(kPollHead));
  REQUIRE(polls.next_look_bytes(kPollHead + "x", 1 + kRecordBytes) == on_wire(kPollHead) + 1);
  CHECK(polls.next_look_bytes(longer, on_wire(longer)) == 1);
  CHECK(polls.next_look_bytes(longer + "x", 1 + kRecordBytes) == on_wire(longer) + 1);
}

TEST_CASE("Behind anything but a whole poll every byte counts", "[split_polls]") {
  SplitPolls polls;
  polls.next_look_bytes(kPollHead, on_wire(kPollHead));
  REQUIRE(polls.next_look_bytes(kPollHead + "x", 1 + kRecordBytes) > 1);
  SECTION("a send's head") {
    CHECK(polls.next_look_bytes(kSendHead, on_wire(kSendHead)) == 1);
    CHECK(polls.next_look_bytes(kSendHead + "half a", 6) == 1);
    CHECK(polls.next_look_bytes(kSendHead + "half a body.", 6) == 1);
    // It forgot the polls, too: their next head is not known to come alone.
    CHECK(polls.next_look_bytes(kPollHead + "x", on_wire(kPollHead + "x")) == 1);
  }
  SECTION("part of a head") {
    CHECK(polls.next_look_bytes("POST /idle/Aid/1", 16) == 1);
  }
  SECTION("two polls at once") {
    CHECK(polls.next_look_bytes(kPollHead + "x" + kPollHead, 2 * on_wire(kPollHead)) == 1);
  }
  SECTION("a poll that came whole, from one who sends polls whole") {
    SplitPolls whole;
    CHECK(whole.next_look_bytes(kPollHead + "x", on_wire(kPollHead + "x")) == 1);
  }
  SECTION("a poll whose bytes on the wire are not known") {
    SplitPolls unknown;
    unknown.next_look_bytes(kPollHead, 0);
    CHECK(unknown.next_look_bytes(kPollHead + "x", 0) == 1);
  }
}
