// SPDX-License-Identifier: Apache-2.0
// Requests that are served: whole, cut anywhere, byte by byte, and one behind the other.
#include "request_text.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::HttpProgress;
using rtmpt_proxy::gateway::HttpRequestReader;

namespace {

struct Case {
  const char* what;
  std::string text;
  const char* seen;
};

// 100 fields, two of which have 8191 bytes.
std::string longest_trailer() {
  std::string fields;
  for (int i = 0; i < 98; ++i)
    fields += "X: y\r\n";
  for (int i = 0; i < 2; ++i)
    fields += "X: " + std::string(8188, 'x') + "\r\n";
  return fields;
}

const Case kCases[] = {
    {"ffmpeg's send",
     "POST /send/abc/1 HTTP/1.1\r\nUser-Agent: Lavf/59.27.100\r\nAccept: */*\r\nConnection: keep-alive\r\n"
     "Host: 127.0.0.1:8080\r\nContent-Type: application/x-fcs\r\nContent-Length: 5\r\n\r\nhello",
     "POST /send/abc/1 host=127.0.0.1:8080 keep-alive length=5 body=hello\n"},
    {"librtmp's idle",
     "POST /idle/abc/2 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\nUser-Agent: Shockwave Flash\r\n"
     "Connection: Keep-Alive\r\nCache-Control: no-cache\r\nContent-type: application/x-fcs\r\nContent-length: "
     "1\r\n\r\n0",
     "POST /idle/abc/2 host=127.0.0.1:8080 keep-alive length=1 body=0\n"},
    {"no body at all", "POST /idle/a/1 HTTP/1.1\r\nHost: a\r\n\r\n", "POST /idle/a/1 host=a keep-alive body=\n"},
    {"an empty body", "POST /idle/a/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
     "POST /idle/a/1 host=a keep-alive length=0 body=\n"},
    {"an empty chunked body", "POST /idle/a/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "POST /idle/a/1 host=a keep-alive chunked body=\n"},
    {"chunks with an extension and a trailer",
     "POST /send/a/1 HTTP/1.1\r\nHost: a\r\ntransfer-encoding: CHUNKED\r\n\r\n"
     "5;x=y\r\nhello\r\nA\r\n, worldly!\r\n0\r\nHost: b\r\nX: y\r\n\r\n",
     "POST /send/a/1 host=a keep-alive chunked body=hello, worldly!\n"},
    {"a trailer that speaks of lengths",
     "POST /send/a/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nhello\r\n0\r\nContent-Length: 99\r\nTransfer-Encoding: gzip\r\nContent-Length: -1\r\n\r\n",
     "POST /send/a/1 host=a keep-alive chunked body=hello\n"},
    {"a trailer whose field goes on in the next line",
     "POST /send/a/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5 ;x\r\nhello\r\n000\r\nX:\r\n y\r\n\r\n",
     "POST /send/a/1 host=a keep-alive chunked body=hello\n"},
    {"a body that looks like a request",
     "POST /send/a/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 27\r\n\r\nPOST /x HTTP/1.1\r\nHost:b\r\n\r",
     "POST /send/a/1 host=a keep-alive length=27 body=POST /x HTTP/1.1\r\nHost:b\r\n\r\n"},
    {"the last of a connection", "POST /close/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     "POST /close/a host=a body=\n"},
    {"HTTP/1.0 without Host", "POST /idle/a/1 HTTP/1.0\r\nContent-Length: 1\r\n\r\n0",
     "POST /idle/a/1 host= length=1 body=0\n"},
    {"HTTP/1.0 that would stay", "POST /idle/a/1 HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n0",
     "POST /idle/a/1 host= length=1 body=0\n"},
    {"an expectation", "POST /send/a/1 HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\nabc",
     "POST /send/a/1 host=a keep-alive expects-continue length=3 body=abc\n"},
    // RFC 9110 10.1.1: "MUST ignore that expectation"
    {"an expectation of HTTP/1.0", "POST /send/a/1 HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
     "POST /send/a/1 host= length=3 body=abc\n"},
    {"another method", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "other / host=a keep-alive body=\n"},
    {"a method in lower case is another one", "post / HTTP/1.1\r\nHost: a\r\n\r\n",
     "other / host=a keep-alive body=\n"},
};

} // namespace

TEST_CASE("A request is read the same whole, cut anywhere, and byte by byte", "[request_reader]") {
  for (const Case& one : kCases) {
    INFO(one.what);
    CHECK(seen_at_every_cut(one.text) == one.seen);
  }
}

TEST_CASE("Requests one behind the other are kept apart, cut anywhere", "[request_reader]") {
  for (const Case& first : kCases)
    for (const Case& second : {kCases[0], kCases[5]}) {
      INFO(first.what << ", then " << second.what);
      CHECK(seen_at_every_cut(first.text + second.text) == std::string(first.seen) + second.seen);
    }
}

TEST_CASE("A trailer may be as long as a head, cut anywhere, and another request follows it", "[request_reader]") {
  const std::string request = "POST /send/a/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "5\r\nhello\r\n0\r\n" +
                              longest_trailer() + "\r\n";
  const std::string seen = "POST /send/a/1 host=a keep-alive chunked body=hello\n";
  CHECK(seen_at_some_cuts(request, 37) == seen);
  CHECK(seen_at_some_cuts(request + kCases[0].text, 41) == seen + kCases[0].seen);
}

TEST_CASE("A head is reported before its body is there", "[request_reader]") {
  Feeder feeder(1000);
  feeder.feed("POST /send/a/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  CHECK(feeder.seen() == "POST /send/a/1 host=a keep-alive length=3");
  feeder.feed("ab");
  CHECK(feeder.last() == HttpProgress::need_more);
  feeder.feed("c");
  CHECK(feeder.last() == HttpProgress::need_more);
  CHECK(feeder.seen() == "POST /send/a/1 host=a keep-alive length=3 body=abc\n");
  CHECK(feeder.unconsumed_bytes() == 0);
}

TEST_CASE("A body is given out as it comes, and no more of it than is allowed", "[request_reader]") {
  HttpRequestReader reader(1000);
  std::size_t consumed_bytes = 0;
  const std::string head = "POST /send/a/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
  CHECK(reader.feed(head, consumed_bytes) == HttpProgress::head);
  CHECK(consumed_bytes == head.size());
  CHECK(reader.feed("ab", consumed_bytes) == HttpProgress::body);
  CHECK(consumed_bytes == 2);
  CHECK(reader.body_piece() == "ab");
  CHECK(reader.feed("cde", consumed_bytes, 0) == HttpProgress::need_more);
  CHECK(consumed_bytes == 0);
  CHECK(reader.feed("cde", consumed_bytes, 1) == HttpProgress::body);
  CHECK(consumed_bytes == 1);
  CHECK(reader.body_piece() == "c");
  CHECK(reader.feed("de", consumed_bytes) == HttpProgress::body);
  CHECK(reader.body_piece() == "de");
  CHECK(reader.feed("", consumed_bytes) == HttpProgress::complete);
  CHECK(reader.feed("", consumed_bytes) == HttpProgress::need_more);
}

TEST_CASE("A body that is all there comes in one piece, where it was read to", "[request_reader]") {
  HttpRequestReader reader(1000);
  std::size_t consumed_bytes = 0;
  const std::string text = "POST /send/a/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloPOST";
  CHECK(reader.feed(text, consumed_bytes) == HttpProgress::head);
  const std::string_view rest = std::string_view(text).substr(consumed_bytes);
  CHECK(reader.feed(rest, consumed_bytes) == HttpProgress::body);
  CHECK(reader.body_piece() == "hello");
  CHECK(reader.body_piece().data() == rest.data());
}

TEST_CASE("A body is as large as the limit and not a byte larger", "[request_reader]") {
  const std::string body(1000, 'b');
  const std::string head = "POST /send/a/1 HTTP/1.1\r\nHost: a\r\n";
  const std::string good = "POST /send/a/1 host=a keep-alive ";
  SECTION("by its length") {
    CHECK(seen_at_every_cut(head + "Content-Length: 1000\r\n\r\n" + body) == good + "length=1000 body=" + body + "\n");
    CHECK(seen_at_every_cut(head + "Content-Length: 1001\r\n\r\nb") == good + "length=1001 body_too_large");
    CHECK(seen_at_every_cut(head + "Content-Length: 18446744073709551615\r\n\r\nb") ==
          good + "length=18446744073709551615 body_too_large");
  }
  SECTION("by its chunks") {
    const std::string half = "1F4\r\n" + body.substr(0, 500) + "\r\n";
    const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    CHECK(seen_at_every_cut(chunked + half + half + "0\r\n\r\n") == good + "chunked body=" + body + "\n");
    CHECK(seen_at_every_cut(chunked + half + half + "1\r\nb\r\n") == good + "chunked body_too_large");
    CHECK(seen_at_every_cut(chunked + "3E9\r\nb") == good + "chunked body_too_large");
    CHECK(seen_at_every_cut(chunked + "FFFFFFFFFFFFFFFF\r\nb") == good + "chunked body_too_large");
    CHECK(seen_at_every_cut(chunked + "1\r\nb\r\nFFFFFFFFFFFFFFFF\r\nb") == good + "chunked body_too_large");
  }
}

TEST_CASE("A limit of nothing lets requests without a body through", "[request_reader]") {
  CHECK(seen_at_every_cut("POST /idle/a/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 0) ==
        "POST /idle/a/1 host=a keep-alive length=0 body=\n");
  CHECK(seen_at_every_cut("POST /idle/a/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n0", 0) ==
        "POST /idle/a/1 host=a keep-alive length=1 body_too_large");
}
