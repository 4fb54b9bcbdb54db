// SPDX-License-Identifier: Apache-2.0
#include "test/unit/protocol/proxy/proxy_header_samples.hpp"

#include <rtmpt_proxy/policy/restore/connection_front.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

const std::string kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct Outcome {
  FrontVerdict verdict = FrontVerdict::need_more;
  std::string left; // what is httpd's
};

// Shows the bytes as they would come, `piece` at a time, as long as more is wanted.
Outcome show(ConnectionFront& front, const std::string& bytes, std::size_t piece) {
  std::string waiting;
  Outcome outcome;
  std::size_t next = 0;
  while (outcome.verdict == FrontVerdict::need_more && next < bytes.size()) {
    waiting += bytes.substr(next, piece);
    next += piece;
    const ConnectionFront::Step step = front.look(waiting);
    waiting.erase(0, step.consumed_bytes);
    outcome.verdict = step.verdict;
  }
  outcome.left = waiting + (next < bytes.size() ? bytes.substr(next) : "");
  return outcome;
}

constexpr std::size_t kPieces[] = {1, 2, 3, 5, 7, 11, 12, 13, 16, 100, 1'000'000};

} // namespace

TEST_CASE("A proxy's header is taken off the front, and nothing of what follows", "[connection_front]") {
  for (const GoodProxyHeader& good : good_proxy_headers())
    for (const std::size_t piece : kPieces) {
      INFO(good.reason << ", " << piece << " bytes at a time");
      ConnectionFront front(true);
      CHECK_FALSE(front.began());
      const Outcome outcome = show(front, good.bytes + kRequest, piece);
      CHECK(outcome.verdict == FrontVerdict::served);
      CHECK(outcome.left == kRequest);
      CHECK(front.began());
      REQUIRE(front.header());
      CHECK(*front.header() == good.header);
    }
}

TEST_CASE("A proxy's bad header is refused, with its reason", "[connection_front]") {
  for (const BadProxyHeader& bad : bad_proxy_headers())
    for (const std::size_t piece : kPieces) {
      INFO(bad.reason << ", " << piece << " bytes at a time");
      ConnectionFront front(true);
      CHECK(show(front, bad.bytes + kRequest, piece).verdict == FrontVerdict::refused);
      CHECK(front.reason() == to_string(bad.error));
      CHECK_FALSE(front.header());
    }
}

TEST_CASE("A proxy without a header is refused, for its client could write one", "[connection_front]") {
  for (const std::string& bytes : {kRequest, "\x16\x03\x01"s, "POST /open/1"s, "PRI * HTTP/2.0\r\n"s, "\r\n\r\nGET"s}) {
    INFO(bytes);
    ConnectionFront front(true);
    CHECK(show(front, bytes, 1).verdict == FrontVerdict::refused);
    CHECK(front.reason() == to_string(rtmpt_proxy::protocol::ProxyHeaderError::not_a_proxy_header));
  }
}

TEST_CASE("A proxy whose header does not end is refused when the caller gives up", "[connection_front]") {
  for (const GoodProxyHeader& good : good_proxy_headers()) {
    INFO(good.reason);
    ConnectionFront front(true);
    REQUIRE(show(front, good.bytes.substr(0, good.bytes.size() - 1), 1).verdict == FrontVerdict::need_more);
    CHECK(front.give_up() == FrontVerdict::refused);
    CHECK(front.began());
    CHECK(front.reason() == "the header is not complete yet");
    CHECK_FALSE(front.header());
  }
  ConnectionFront silent(true);
  CHECK(silent.look("").verdict == FrontVerdict::need_more);
  CHECK(silent.give_up() == FrontVerdict::refused);
  CHECK_FALSE(silent.began());
  CHECK(silent.reason() == "no header came");
}

TEST_CASE("Who is no proxy is served, and refused with a header", "[connection_front]") {
  for (const std::size_t piece : kPieces) {
    INFO(piece << " bytes at a time");
    for (const std::string& bytes :
         {kRequest, "POST /open/1 HTTP/1.1\r\n"s, "PROPFIND /"s, "PROXYING"s, "\r\n\r\nGET / HTTP/1.1"s,
          "\r\n\r\n\0\r\nQUIX"s, "\x16\x03\x01\x02\0"s, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s, "\0"s, "proxy TCP4"s}) {
      INFO(bytes);
      ConnectionFront front(false);
      const Outcome outcome = show(front, bytes, piece);
      CHECK(outcome.verdict == FrontVerdict::served);
      CHECK(outcome.left == bytes);
      CHECK_FALSE(front.header());
    }
    for (const GoodProxyHeader& good : good_proxy_headers()) {
      INFO(good.reason);
      ConnectionFront front(false);
      CHECK(show(front, good.bytes + kRequest, piece).verdict == FrontVerdict::refused);
      CHECK(front.reason() == "the peer is none of RPAFproxy_ips");
    }
  }
}

TEST_CASE("Who is no proxy and says nothing, or stops within a signature, is httpd's", "[connection_front]") {
  for (const std::string& bytes : {""s, "P"s, "PROXY"s, "\r"s, "\r\n\r\n\0\r\nQUIT"s}) {
    ConnectionFront front(false);
    CHECK(front.look(bytes).verdict == FrontVerdict::need_more);
    CHECK(front.look(bytes).consumed_bytes == 0);
    CHECK(front.give_up() == FrontVerdict::served);
    CHECK_FALSE(front.header());
  }
}
