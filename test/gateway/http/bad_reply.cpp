// SPDX-License-Identifier: Apache-2.0
// What ends the connection: whatever is not 200 with one length, whatever two programs could understand differently,
// and whatever has no end.
#include "reply_text.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::HttpReplyReader;
using rtmpt_proxy::gateway::ReplyError;
using rtmpt_proxy::gateway::ReplyProgress;

namespace {

using Error = ReplyError;

struct Case {
  const char* what;
  std::string text;
  ReplyError expected;
  int status = 200;
};

std::string ok(const std::string& fields, const std::string& body = {}) {
  return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
}

std::string many_fields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i)
    fields += "X: y\r\n";
  return fields;
}

const Case kStatuses[] = {
    {"404", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", Error::wrong_status, 404},
    {"404 of which only the status line came", "HTTP/1.1 404 Not Found\r\n", Error::wrong_status, 404},
    {"500 with a page", "HTTP/1.1 500 Oh no\r\nContent-Type: text/html\r\n\r\n<html>", Error::wrong_status, 500},
    {"a redirection", "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", Error::wrong_status, 302},
    {"100 before the reply", "HTTP/1.1 100 Continue\r\n\r\n" + ok("Content-Length: 0\r\n"), Error::wrong_status, 100},
    {"101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", Error::wrong_status, 101},
    {"another success", "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n0", Error::wrong_status, 201},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n", Error::wrong_status, 204},
    {"304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\n", Error::wrong_status, 304},
    {"999", "HTTP/1.0 999 \r\n", Error::wrong_status, 999},
    {"a wrong status before an endless head", "HTTP/1.1 503 x\r\nX: " + std::string(9000, 'x'), Error::wrong_status,
     503},
    {"no status", "HTTP/1.1 \r\n\r\n", Error::not_http, 0},
    {"a status of one digit", "HTTP/1.1 2\r\n", Error::not_http, 0},
    {"a status of two digits", "HTTP/1.1 20 OK\r\n", Error::not_http, 0},
    {"a status of four digits", "HTTP/1.1 2000 OK\r\n", Error::not_http, 0},
    {"a signed status", "HTTP/1.1 +20 OK\r\n", Error::not_http, 0},
    {"a status of letters", "HTTP/1.1 2OO OK\r\n", Error::not_http, 0},
    {"two blanks before the status", "HTTP/1.1  200 OK\r\n", Error::not_http, 0},
    {"a tab before the status", "HTTP/1.1\t200 OK\r\n", Error::not_http, 0},
    {"no blank behind the status", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", Error::not_http, 0},
    {"a NUL in the reason", std::string("HTTP/1.1 200 O\0K\r\n", 18), Error::not_http, 0},
    {"a bare CR in the reason", "HTTP/1.1 200 O\rK\r\n", Error::not_http, 0},
};

const Case kProtocols[] = {
    {"ICY", "ICY 200 OK\r\nContent-Length: 0\r\n\r\n", Error::not_http, 0},
    {"HTTP/2", "HTTP/2 200\r\n\r\n", Error::not_http, 0},
    {"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", Error::not_http, 0},
    {"HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", Error::not_http, 0},
    {"HTTP/1.10", "HTTP/1.10 200 OK\r\n\r\n", Error::not_http, 0},
    {"HTTP/1", "HTTP/1 200 OK\r\n\r\n", Error::not_http, 0},
    {"HTTP/0.9, a bare page", "<html>\n", Error::not_http, 0},
    {"http in lower case", "http/1.1 200 OK\r\n\r\n", Error::not_http, 0},
    {"RTSP", "RTSP/1.0 200 OK\r\n\r\n", Error::not_http, 0},
    {"a request", "POST /open/1 HTTP/1.1\r\n\r\n", Error::not_http, 0},
    {"an empty line first", "\r\n" + ok("Content-Length: 0\r\n"), Error::not_http, 0},
    {"a blank first", " HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Error::not_http, 0},
    {"bytes of an RTMP handshake", "\x03" + std::string(1536, '\0'), Error::not_http, 0},
    {"a TLS alert", std::string("\x15\x03\x01\x00\x02\x02\x46", 7), Error::not_http, 0},
    {"one wrong byte", "X", Error::not_http, 0},
    {"a NUL", std::string(1, '\0'), Error::not_http, 0},
    {"garbage without a line", std::string(20000, '\xff'), Error::not_http, 0},
};

const Case kLengths[] = {
    {"no length", ok("Content-Type: application/x-fcs\r\n", "0"), Error::no_length},
    {"no field at all", ok(""), Error::no_length},
    {"a length in another field", ok("X-Content-Length: 1\r\n", "0"), Error::no_length},
    {"chunked", ok("Transfer-Encoding: chunked\r\n", "1\r\n0\r\n0\r\n\r\n"), Error::chunked},
    {"gzip and chunked", ok("transfer-encoding: gzip, chunked\r\n"), Error::chunked},
    {"identity", ok("Transfer-Encoding: identity\r\nContent-Length: 1\r\n", "0"), Error::chunked},
    {"an empty transfer encoding", ok("Transfer-Encoding:\r\nContent-Length: 1\r\n", "0"), Error::chunked},
    {"a length, then chunked", ok("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0"), Error::chunked},
    {"chunked, then a length", ok("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", "0"), Error::chunked},
    {"two equal lengths", ok("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), Error::ambiguous_length},
    {"two lengths", ok("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"), Error::ambiguous_length},
    {"a list of lengths", ok("Content-Length: 5, 5\r\n", "hello"), Error::ambiguous_length},
    {"a list with one length", ok("Content-Length: 5,\r\n", "hello"), Error::ambiguous_length},
    {"a positive length", ok("Content-Length: +5\r\n", "hello"), Error::ambiguous_length},
    {"a negative length", ok("Content-Length: -5\r\n", "hello"), Error::ambiguous_length},
    {"a hexadecimal length", ok("Content-Length: 0x5\r\n", "hello"), Error::ambiguous_length},
    {"a length with a blank", ok("Content-Length: 1 0\r\n"), Error::ambiguous_length},
    {"a length with a comment", ok("Content-Length: 5;x\r\n"), Error::ambiguous_length},
    {"a quoted length", ok("Content-Length: \"5\"\r\n"), Error::ambiguous_length},
    {"an empty length", ok("Content-Length:\r\n"), Error::ambiguous_length},
    {"a length over 64 bits", ok("Content-Length: 18446744073709551616\r\n"), Error::ambiguous_length},
    {"a length of many digits", ok("Content-Length: " + std::string(100, '9') + "\r\n"), Error::ambiguous_length},
    {"a length of 64 bits", ok("Content-Length: 18446744073709551615\r\n"), Error::body_too_large},
    {"a length over the limit", ok("Content-Length: 16777217\r\n", "0"), Error::body_too_large},
};

const Case kFields[] = {
    {"gzip", ok("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "0"), Error::encoded},
    {"identity and gzip", ok("Content-Encoding: identity, gzip\r\nContent-Length: 1\r\n", "0"), Error::encoded},
    {"a page", ok("Content-Type: text/html\r\nContent-Length: 6\r\n", "<html>"), Error::wrong_type},
    {"plain text in capitals", ok("content-type: TEXT/PLAIN\r\nContent-Length: 1\r\n", "0"), Error::wrong_type},
    {"a page behind a good type",
     ok("Content-Type: application/x-fcs\r\nContent-Type: text/html\r\nContent-Length: 1\r\n", "0"), Error::wrong_type},
    {"the first of two errors counts", ok("Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n"),
     Error::wrong_type},
    {"a folded field", ok("X: a\r\n b\r\nContent-Length: 0\r\n"), Error::not_http},
    {"a field folded with a tab", ok("X: a\r\n\tb\r\nContent-Length: 0\r\n"), Error::not_http},
    {"a folded length", ok("Content-Length: 1\r\n 0\r\n", "0123456789"), Error::not_http},
    {"a length that begins on the next line", ok("Content-Length:\r\n 1\r\n", "0"), Error::not_http},
    {"a fold behind the status line", ok(" X: a\r\nContent-Length: 0\r\n"), Error::not_http},
    {"a bare CR in a field", ok("X: a\rb\r\nContent-Length: 0\r\n"), Error::not_http},
    {"a bare CR at a field's end", ok("X: a\r\r\nContent-Length: 0\r\n"), Error::not_http},
    {"a bare CR before the end of the head", ok("Content-Length: 0\r\n\r"), Error::not_http},
    {"a bare LF in a field", ok("X: a\nContent-Length: 0\r\n"), Error::not_http},
    {"a bare LF for the end of the head", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n", Error::not_http},
    {"a bare LF and nothing behind it", "HTTP/1.1 200 OK\r\nX: a\n", Error::not_http},
    {"an empty field that is folded", ok("X:\r\n \r\nContent-Length: 0\r\n"), Error::not_http},
    {"a NUL in a field", ok(std::string("X: a\0b\r\nContent-Length: 0\r\n", 28)), Error::not_http},
    {"a NUL in a name", ok(std::string("X\0: ab\r\nContent-Length: 0\r\n", 28)), Error::not_http},
    {"a DEL in a field", ok("X: \x7f\r\nContent-Length: 0\r\n"), Error::not_http},
    {"a blank before the colon", ok("Content-Length : 0\r\n"), Error::not_http},
    {"a field without a colon", ok("nonsense\r\nContent-Length: 0\r\n"), Error::not_http},
    {"a field without a name", ok(": x\r\nContent-Length: 0\r\n"), Error::not_http},
    {"a malformed Connection", ok("Connection: @\r\nContent-Length: 0\r\n"), Error::not_http},
};

const Case kSizes[] = {
    {"a status line without an end", "HTTP/1.1 200 " + std::string(9000, 'x'), Error::head_too_large, 0},
    {"a field without an end", "HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x'), Error::head_too_large},
    {"a name without an end", "HTTP/1.1 200 OK\r\n" + std::string(9000, 'x'), Error::head_too_large},
    {"fields without an end", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + many_fields(2000), Error::head_too_large},
    {"a head of one byte more than the limit", ok("X: " + std::string(8192 - 23, 'x') + "\r\n"), Error::head_too_large},
    {"a head whose last field ends at the limit", ok("X: " + std::string(8192 - 22, 'x') + "\r\n"),
     Error::head_too_large},
};

void check_error(const ReplyFeeder& feeder, const Case& one, const char* how, std::size_t at) {
  if (feeder.last() == ReplyProgress::bad && feeder.reader().error() == one.expected &&
      feeder.reader().head().status == one.status)
    return;
  FAIL(how << at << ": " << feeder.seen() << ", status " << feeder.reader().head().status
           << "\nexpected: " << to_string(one.expected));
}

// Whole, cut in two, in small pieces, and behind a good reply.
void check_refused(const Case& one) {
  INFO(one.what);
  const std::string_view text = one.text;
  const std::size_t step = text.size() > 2000 ? 97 : 1; // for time
  for (std::size_t cut = 0; cut <= text.size(); cut += step) {
    ReplyFeeder feeder;
    feeder.feed(text.substr(0, cut));
    feeder.feed(text.substr(cut));
    check_error(feeder, one, "cut at ", cut);
  }
  for (const std::size_t piece_bytes : {1, 2, 7}) {
    ReplyFeeder feeder;
    for (std::size_t at = 0; at < text.size(); at += piece_bytes)
      feeder.feed(text.substr(at, piece_bytes));
    check_error(feeder, one, "in pieces of ", piece_bytes);
  }
  ReplyFeeder behind_another;
  behind_another.feed(ok("Content-Length: 1\r\n", "0") + one.text);
  check_error(behind_another, one, "behind another", 0);
  CHECK(behind_another.seen() == "200 keep-alive length=1 body=0\n" + std::string(to_string(one.expected)));
}

} // namespace

TEST_CASE("A status other than 200 is refused as soon as its line is there", "[reply_reader]") {
  for (const Case& one : kStatuses)
    check_refused(one);
}

TEST_CASE("What is no HTTP/1 is refused at its first wrong byte", "[reply_reader]") {
  for (const Case& one : kProtocols)
    check_refused(one);
}

TEST_CASE("A reply whose end cannot be known for sure is refused", "[reply_reader]") {
  for (const Case& one : kLengths)
    check_refused(one);
}

TEST_CASE("Encoded bodies, pages for people and malformed fields are refused", "[reply_reader]") {
  for (const Case& one : kFields)
    check_refused(one);
}

TEST_CASE("A head that is too large or has no end is refused", "[reply_reader]") {
  for (const Case& one : kSizes)
    check_refused(one);
}

TEST_CASE("A head without an end is refused at the limit and not later", "[reply_reader]") {
  const auto piece = GENERATE(std::string("x"), std::string("X: y\r\n"), std::string(1000, 'x'));
  ReplyFeeder feeder;
  std::size_t fed_bytes = 0;
  for (std::string next = "HTTP/1.1 200 OK\r\nX: "; feeder.last() == ReplyProgress::need_more; next = piece) {
    CHECK(fed_bytes <= HttpReplyReader::kMaxHeadBytes); // a last line that ends there waits for the next byte
    CHECK(feeder.unconsumed_bytes() < HttpReplyReader::kMaxHeadBytes);
    feeder.feed(next);
    fed_bytes += next.size();
    REQUIRE(fed_bytes < 20000);
  }
  CHECK(feeder.reader().error() == Error::head_too_large);
  CHECK(fed_bytes >= HttpReplyReader::kMaxHeadBytes);
}

TEST_CASE("A line without an end is refused at the limit's last byte", "[reply_reader]") {
  ReplyFeeder feeder;
  const std::string begin = "HTTP/1.1 200 OK\r\nX: ";
  feeder.feed(begin + std::string(HttpReplyReader::kMaxHeadBytes - begin.size() - 1, 'x'));
  CHECK(feeder.last() == ReplyProgress::need_more);
  feeder.feed("x");
  CHECK(feeder.last() == ReplyProgress::bad);
}

TEST_CASE("After an error nothing is read any more", "[reply_reader]") {
  HttpReplyReader reader;
  std::size_t consumed_bytes = 0;
  REQUIRE(reader.feed("HTTP/1.1 404 Not Found\r\n", consumed_bytes) == ReplyProgress::bad);
  CHECK(reader.feed(ok("Content-Length: 0\r\n"), consumed_bytes) == ReplyProgress::bad);
  CHECK(consumed_bytes == 0);
  CHECK(reader.feed("", consumed_bytes) == ReplyProgress::bad);
  CHECK(reader.error() == Error::wrong_status);
  CHECK(reader.head().status == 404);
  CHECK(reader.piece().empty());
}

TEST_CASE("A length that is too large can be named", "[reply_reader]") {
  HttpReplyReader reader;
  std::size_t consumed_bytes = 0;
  REQUIRE(reader.feed(ok("Content-Length: 16777217\r\n"), consumed_bytes) == ReplyProgress::bad);
  CHECK(reader.head().content_length == 16777217);
}

TEST_CASE("Each error of a reply has words of its own", "[reply_reader]") {
  std::set<std::string_view> words;
  for (int value = 0; value <= static_cast<int>(Error::wrong_type); ++value)
    words.insert(to_string(static_cast<ReplyError>(value)));
  CHECK(words.size() == static_cast<std::size_t>(Error::wrong_type) + 1);
  CHECK(words.count("has an unknown error") == 0);
  CHECK(to_string(Error::no_length) == "has no Content-Length");
}
