// SPDX-License-Identifier: Apache-2.0
// Replies that are taken: whole, cut anywhere, byte by byte, and one behind the other.
#include "reply_text.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::HttpReplyReader;
using rtmpt_proxy::gateway::ReplyProgress;

namespace {

struct Case {
  const char* what;
  std::string text;
  const char* seen;
};

const Case kCases[] = {
    {"node-rtsp-rtmp-server's answer to open",
     "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nContent-Length: 6\r\nConnection: keep-alive\r\n"
     "Content-Type: application/x-fcs\r\n\r\nabcde\n",
     "200 keep-alive length=6 body=abcde\n\n"},
    {"crtmpserver's, without a type",
     "HTTP/1.1 200 OK\r\nServer: C++ RTMP Server\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n\x01",
     "200 keep-alive length=1 body=\x01\n"},
    {"crtmpserver's answer to close",
     "HTTP/1.1 200 OK\r\nServer: C++ RTMP Server\r\nConnection: close\r\nContent-Length: 1\r\n\r\n\x01",
     "200 length=1 body=\x01\n"},
    {"Red5's in Tomcat, with a charset and without a reason",
     "HTTP/1.1 200 \r\nConnection: Keep-Alive\r\nCache-Control: no-cache\r\n"
     "Content-Type: application/x-fcs;charset=ISO-8859-1\r\nContent-Length: 3\r\n"
     "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n\x01yz",
     "200 keep-alive length=3 body=\x01yz\n"},
    {"nothing but a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
     "200 keep-alive length=5 body=hello\n"},
    {"no body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 keep-alive length=0 body=\n"},
    {"a length with zeros before it", "HTTP/1.1 200 OK\r\ncontent-length:0002 \r\n\r\nhi",
     "200 keep-alive length=2 body=hi\n"},
    {"a body that looks like a reply", "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n",
     "200 keep-alive length=26 body=HTTP/1.1 404 Not Found\r\n\r\n\n"},
    {"another word for 200", "HTTP/1.1 200 Tr\xe8s bien\tfait\r\nContent-Length: 1\r\n\r\n0",
     "200 keep-alive length=1 body=0\n"},
    {"the last of a connection", "HTTP/1.1 200 OK\r\nconnection: CLOSE\r\nContent-Length: 1\r\n\r\n0",
     "200 length=1 body=0\n"},
    {"close among other options", "HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 1\r\n\r\n0",
     "200 length=1 body=0\n"},
    {"close and keep-alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 1\r\n\r\n0",
     "200 length=1 body=0\n"},
    {"close in a field of its own",
     "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\nContent-Length: 1\r\n\r\n0",
     "200 length=1 body=0\n"},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n0", "200 length=1 body=0\n"},
    {"HTTP/1.0 that stays", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\n0",
     "200 keep-alive length=1 body=0\n"},
    {"HTTP/1.0 with what only proxies say",
     "HTTP/1.0 200 OK\r\nProxy-Connection: keep-alive\r\nContent-Length: 1\r\n\r\n0", "200 length=1 body=0\n"},
    {"identity", "HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 1\r\n\r\n0",
     "200 keep-alive length=1 body=0\n"},
    {"a type that has text in it", "HTTP/1.1 200 OK\r\nContent-Type: application/text/\r\nContent-Length: 1\r\n\r\n0",
     "200 keep-alive length=1 body=0\n"},
    {"a type that is text without a slash", "HTTP/1.1 200 OK\r\nContent-Type: text\r\nContent-Length: 1\r\n\r\n0",
     "200 keep-alive length=1 body=0\n"},
    {"an empty field", "HTTP/1.1 200 OK\r\nX:\r\nY: \t \r\nContent-Length: 1\r\n\r\n0",
     "200 keep-alive length=1 body=0\n"},
};

std::string padded_head(std::size_t size_bytes) {
  const std::string begin = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: ";
  return begin + std::string(size_bytes - begin.size() - 4, 'x') + "\r\n\r\n";
}

} // namespace

TEST_CASE("A reply is read the same whole, cut anywhere, and byte by byte", "[reply_reader]") {
  for (const Case& one : kCases) {
    INFO(one.what);
    CHECK(reply_seen_at_every_cut(one.text) == one.seen);
  }
}

TEST_CASE("Replies one behind the other are kept apart, cut anywhere", "[reply_reader]") {
  for (const Case& first : kCases)
    for (const Case& second : {kCases[0], kCases[5], kCases[13]}) {
      INFO(first.what << ", then " << second.what);
      CHECK(reply_seen_at_every_cut(first.text + second.text) == std::string(first.seen) + second.seen);
    }
}

TEST_CASE("A complete reply leaves what stands behind it alone", "[reply_reader]") {
  HttpReplyReader reader;
  std::size_t consumed_bytes = 0;
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
  const std::string text = head + "abc" + "not a reply";
  REQUIRE(reader.feed(text, consumed_bytes) == ReplyProgress::head);
  CHECK(consumed_bytes == head.size());
  REQUIRE(reader.feed(std::string_view(text).substr(head.size()), consumed_bytes) == ReplyProgress::data);
  CHECK(consumed_bytes == 3);
  CHECK(reader.piece() == "abc");
  CHECK(reader.piece().data() == text.data() + head.size());
  REQUIRE(reader.feed("not a reply", consumed_bytes) == ReplyProgress::complete);
  CHECK(consumed_bytes == 0);
  CHECK(reader.head().content_length == 3);
  CHECK(reader.feed("not a reply", consumed_bytes) == ReplyProgress::bad);
  CHECK(reader.head().status == 0);
  CHECK(reader.head().content_length == 0);
}

TEST_CASE("A head is reported before its body is there, and the body as it comes", "[reply_reader]") {
  ReplyFeeder feeder;
  feeder.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  CHECK(feeder.seen() == "200 keep-alive length=5 body=");
  feeder.feed("ab");
  CHECK(feeder.seen() == "200 keep-alive length=5 body=ab");
  CHECK(feeder.unconsumed_bytes() == 0);
  feeder.feed("cde");
  CHECK(feeder.seen() == "200 keep-alive length=5 body=abcde\n");
  CHECK(feeder.pieces() == 2);
}

TEST_CASE("Whether a reply was begun and not finished is known", "[reply_reader]") {
  HttpReplyReader reader;
  std::size_t consumed_bytes = 0;
  CHECK_FALSE(reader.in_reply());
  CHECK(reader.feed("", consumed_bytes) == ReplyProgress::need_more);
  CHECK_FALSE(reader.in_reply());
  CHECK(reader.feed("HTT", consumed_bytes) == ReplyProgress::need_more);
  CHECK(consumed_bytes == 0);
  CHECK(reader.in_reply());
  CHECK(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", consumed_bytes) == ReplyProgress::head);
  CHECK(reader.in_reply());
  CHECK(reader.feed("", consumed_bytes) == ReplyProgress::need_more);
  CHECK(reader.feed("0", consumed_bytes) == ReplyProgress::data);
  CHECK(reader.in_reply());
  CHECK(reader.feed("", consumed_bytes) == ReplyProgress::complete);
  CHECK_FALSE(reader.in_reply());
  CHECK(reader.feed("", consumed_bytes) == ReplyProgress::need_more);
  CHECK_FALSE(reader.in_reply());
}

TEST_CASE("A head of the largest size passes, cut anywhere near its end", "[reply_reader]") {
  const std::string largest = padded_head(HttpReplyReader::kMaxHeadBytes) + "hi";
  REQUIRE(largest.size() == HttpReplyReader::kMaxHeadBytes + 2);
  for (std::size_t cut = largest.size() - 10; cut <= largest.size(); ++cut) {
    ReplyFeeder feeder;
    feeder.feed(std::string_view(largest).substr(0, cut));
    feeder.feed(std::string_view(largest).substr(cut));
    CHECK(feeder.seen() == "200 keep-alive length=2 body=hi\n");
  }
}

TEST_CASE("A body of the largest size passes in pieces that are not collected", "[reply_reader]") {
  HttpReplyReader reader;
  std::size_t consumed_bytes = 0;
  REQUIRE(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n", consumed_bytes) == ReplyProgress::head);
  const std::string part(65536, 'b');
  std::uint64_t body_bytes = 0;
  for (int i = 0; i < 256; ++i) {
    REQUIRE(reader.feed(part, consumed_bytes) == ReplyProgress::data);
    REQUIRE(reader.piece().data() == part.data());
    body_bytes += reader.piece().size();
  }
  CHECK(body_bytes == HttpReplyReader::kMaxBodyBytes);
  CHECK(reader.feed(part, consumed_bytes) == ReplyProgress::complete);
  CHECK(consumed_bytes == 0);
}

TEST_CASE("A reader that took another's place goes on where that one was", "[reply_reader]") {
  HttpReplyReader first;
  std::size_t consumed_bytes = 0;
  REQUIRE(first.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", consumed_bytes) == ReplyProgress::head);
  HttpReplyReader second = std::move(first);
  REQUIRE(second.feed("x", consumed_bytes) == ReplyProgress::data);
  CHECK(second.piece() == "x");
  second = HttpReplyReader();
  CHECK_FALSE(second.in_reply());
  CHECK(second.feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", consumed_bytes) == ReplyProgress::head);
}
