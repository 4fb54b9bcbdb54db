// SPDX-License-Identifier: Apache-2.0
// What is refused: whatever two programs could understand differently, and whatever has no end.
#include "request_text.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::HttpProgress;
using rtmpt_proxy::gateway::HttpRequestReader;

namespace {

constexpr HttpProgress kBad = HttpProgress::bad;

struct Case {
  const char* what;
  std::string text;
  HttpProgress expected;
};

std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST /send/a/1 HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

const Case kLengths[] = {
    {"both lengths", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), kBad},
    {"both lengths, the other way round", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
     kBad},
    {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), kBad},
    {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"), kBad},
    {"a list of lengths", post("Content-Length: 5, 5\r\n", "hello"), kBad},
    {"a positive length", post("Content-Length: +5\r\n", "hello"), kBad},
    {"a negative length", post("Content-Length: -5\r\n", "hello"), kBad},
    {"a hexadecimal length", post("Content-Length: 0x5\r\n", "hello"), kBad},
    {"a length with a blank", post("Content-Length: 1 0\r\n", "hello"), kBad},
    {"an empty length", post("Content-Length:\r\n"), kBad},
    {"a length over 64 bits", post("Content-Length: 18446744073709551616\r\n"), kBad},
    {"a length and its continuation", post("Content-Length: 1\r\n 0\r\n", "0123456789"), kBad},
    {"gzip", post("Transfer-Encoding: gzip\r\n"), kBad},
    {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), kBad},
    {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), kBad},
    {"chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), kBad},
    {"identity", post("Transfer-Encoding: identity\r\n"), kBad},
    {"nearly chunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), kBad},
    // RFC 9112 6.1: "MUST treat the message as if the framing is faulty"
    {"chunked in HTTP/1.0", "POST /send/a/1 HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", kBad},
};

std::string trailer_of(std::size_t count) {
  std::string fields;
  for (std::size_t i = 0; i < count; ++i)
    fields += "X: y\r\n";
  return fields;
}

const Case kChunks[] = {
    {"a chunk size of no digit", chunked("g\r\nhello\r\n0\r\n\r\n"), kBad},
    {"a colon for a digit", chunked(":\r\nhello\r\n0\r\n\r\n"), kBad},
    {"a negative chunk size", chunked("-5\r\nhello\r\n0\r\n\r\n"), kBad},
    {"a chunk size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), kBad},
    {"an empty chunk size", chunked("\r\nhello\r\n0\r\n\r\n"), kBad},
    {"a chunk size over 64 bits", chunked("10000000000000000\r\nhello\r\n0\r\n\r\n"), kBad},
    {"a chunk longer than it says", chunked("4\r\nhello\r\n0\r\n\r\n"), kBad},
    {"a chunk size that ends in a bare LF", chunked("5\nhello\r\n0\r\n\r\n" + std::string(9000, 'x')), kBad},
    {"a chunk extension without an end", chunked("5;" + std::string(9000, 'x')), kBad},
    {"a trailer without an end", chunked("0\r\nX: " + std::string(9000, 'x')), kBad},
    {"a trailer of many fields without an end", chunked("0\r\n" + trailer_of(2000)), kBad},
    {"a field of the trailer that is longer than httpd's may be",
     chunked("0\r\nX: " + std::string(8189, 'x') + "\r\n\r\n"), kBad},
    {"a field of the trailer that is too long with the line that continues it",
     chunked("0\r\nX: " + std::string(5000, 'x') + "\r\n " + std::string(5000, 'x') + "\r\n\r\n"), kBad},
    {"101 fields of a trailer", chunked("0\r\n" + trailer_of(101) + "\r\n"), kBad},
    {"a trailer that begins with a line that continues another", chunked("0\r\n X: y\r\n\r\n"), kBad},
    {"a trailer whose line ends in a bare LF", chunked("0\r\nX: y\n\r\n"), kBad},
    {"a trailer that ends in a bare LF", chunked("0\r\nX: y\r\n\n"), kBad},
    {"a trailer with a bare CR", chunked("0\r\nX: y\rz\r\n\r\n"), kBad},
    {"a trailer with a NUL", chunked(std::string("0\r\nX: y\0z\r\n\r\n", 14)), kBad},
    {"a blank before the colon in a trailer", chunked("0\r\nX : y\r\n\r\n"), kBad},
    {"a trailer that is no field", chunked("0\r\nnonsense\r\n\r\n"), kBad},
};

const Case kHeads[] = {
    {"no Host", "POST /idle/a/1 HTTP/1.1\r\n\r\n", kBad},
    {"two Hosts", post("Host: a\r\n"), kBad},
    {"two different Hosts", post("Host: b\r\n"), kBad},
    {"two Hosts in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", kBad},
    {"a blank before the colon", "POST / HTTP/1.1\r\nHost : a\r\n\r\n", kBad},
    {"a field without a colon", post("nonsense\r\n"), kBad},
    {"a field without a name", post(": x\r\n"), kBad},
    {"a bare LF in a field", "POST / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", kBad},
    {"a bare CR in a field", "POST / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", kBad},
    {"a NUL in a field", post(std::string("X: a\0b\r\n", 8)), kBad},
    {"a NUL in the target", std::string("POST /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29), kBad},
    {"two blanks before the target", "POST  / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"no target", "POST HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"HTTP/0.9", "GET /\r\n\r\n", kBad},
    {"HTTP/1.2", "POST / HTTP/1.2\r\nHost: a\r\n\r\n", kBad},
    {"HTTP/2.0", "POST / HTTP/2.0\r\nHost: a\r\n\r\n", kBad},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", kBad},
    {"http in lower case", "POST / http/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a TLS client hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + "\r\n\r\n", kBad},
    {"an RTMP handshake", "\x03" + std::string(1536, '\0') + "\r\n\r\n", kBad},
    {"a head without an end", "POST / HTTP/1.1\r\nX: " + std::string(9000, 'x'), HttpProgress::head_too_large},
    {"a target without an end", "POST /" + std::string(9000, 'x'), HttpProgress::head_too_large},
    {"lines that end in a bare LF", "POST / HTTP/1.1\nHost: a\n\n\r\n\r\n", kBad},
    {"bare LF without an end", "POST / HTTP/1.1\n" + std::string(9000, '\n'), kBad},
    {"a head that is too large in all", post("X: " + std::string(8192, 'x') + "\r\n"), HttpProgress::head_too_large},
};

// Behind a good request, in one piece and in the pieces that differ most.
void check_refused(const Case& one) {
  INFO(one.what);
  // The long ones are cut at every 97th place, for time.
  const std::size_t step = one.text.size() > 2000 ? 97 : 1;
  for (std::size_t cut = 0; cut <= one.text.size(); cut += step) {
    Feeder feeder(1000);
    feeder.feed(std::string_view(one.text).substr(0, cut));
    feeder.feed(std::string_view(one.text).substr(cut));
    if (feeder.last() != one.expected) FAIL("cut at " << cut << ": " << to_string(feeder.last()));
  }
  Feeder behind_another(1000);
  behind_another.feed("POST /idle/a/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n0" + one.text);
  CHECK(to_string(behind_another.last()) == to_string(one.expected));
  CHECK(behind_another.seen().starts_with("POST /idle/a/1 host=a keep-alive length=1 body=0\n"));
}

} // namespace

TEST_CASE("A length that could be understood in two ways is refused", "[request_reader]") {
  for (const Case& one : kLengths)
    check_refused(one);
}

TEST_CASE("A chunked body that is malformed or has no end is refused", "[request_reader]") {
  for (const Case& one : kChunks)
    check_refused(one);
}

TEST_CASE("A head that is malformed, ambiguous or has no end is refused", "[request_reader]") {
  for (const Case& one : kHeads)
    check_refused(one);
}

TEST_CASE("A head of the largest size passes, and one byte more does not", "[request_reader]") {
  const std::string frame = post("X: \r\n");
  const std::string largest = post("X: " + std::string(HttpRequestReader::kMaxHeadBytes - frame.size(), 'x') + "\r\n");
  REQUIRE(largest.size() == HttpRequestReader::kMaxHeadBytes);
  Feeder feeder(1000);
  feeder.feed(largest);
  CHECK(feeder.seen() == "POST /send/a/1 host=a keep-alive body=\n");
  Feeder one_more(1000);
  one_more.feed(post("X: x" + std::string(HttpRequestReader::kMaxHeadBytes - frame.size(), 'x') + "\r\n"));
  CHECK(one_more.last() == HttpProgress::head_too_large);
}

TEST_CASE("What waits for the end of a line never grows beyond a head", "[request_reader]") {
  const auto start = GENERATE(std::string("POST / HTTP/1.1\r\nX: "), chunked("5;"), chunked("0\r\nX: "));
  Feeder feeder(1000);
  feeder.feed(start);
  for (int i = 0; i < 100 && feeder.last() == HttpProgress::need_more; ++i) {
    feeder.feed(std::string(1000, 'x'));
    if (feeder.unconsumed_bytes() > HttpRequestReader::kMaxHeadBytes + 1000) break;
  }
  CHECK(feeder.last() != HttpProgress::need_more);
}
