// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/rtmpt_requests.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::gateway;
using namespace std::string_literals;
using rtmpt_proxy::protocol::BackendSessionId;
using rtmpt_proxy::protocol::TunnelRequestKind;

namespace {

std::string unwritten_text(const RtmptRequests& requests) {
  std::string text;
  for (const std::string_view piece : requests.unwritten())
    text += piece;
  return text;
}

std::string head_of(const std::string& target, std::size_t length) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: media:80\r\nUser-Agent: Shockwave Flash\r\nCache-Control: no-cache\r\n"
         "Connection: keep-alive\r\nContent-Type: application/x-fcs\r\nContent-Length: " +
         std::to_string(length) + "\r\n\r\n";
}

void write_all(RtmptRequests& requests) {
  requests.written(unwritten_text(requests).size());
}

} // namespace

TEST_CASE("An open carries the client's address, and only an open does", "[rtmpt_requests]") {
  const std::string open = open_request("media:80", "2001:db8::1", "");
  CHECK(open.starts_with("POST /open/1 HTTP/1.1\r\nHost: media:80\r\n"));
  CHECK(open.ends_with("Content-Length: 1\r\nX-Forwarded-For: 2001:db8::1\r\n\r\n\0"s));
  CHECK(open_request("media:80", "", "h1").find("X-Forwarded-For") == std::string::npos);
  RtmptRequests requests("media:80", BackendSessionId("id"));
  requests.add_idle();
  CHECK(unwritten_text(requests).find("X-Forwarded-For") == std::string::npos);
}

TEST_CASE("An open carries the servers that it has passed, and only an open does", "[rtmpt_requests]") {
  const std::string open = open_request("media:80", "192.0.2.1", "h1, h2");
  CHECK(open.ends_with("Content-Length: 1\r\nX-Forwarded-For: 192.0.2.1\r\nRTMPT-Hops: h1, h2\r\n\r\n\0"s));
  CHECK(open_request("media:80", "", "").find("Hops") == std::string::npos);
  RtmptRequests requests("media:80", BackendSessionId("id"));
  requests.add_idle();
  CHECK(unwritten_text(requests).find("Hops") == std::string::npos);
}

TEST_CASE("Each request has the next number and exactly its text", "[rtmpt_requests]") {
  RtmptRequests requests("media:80", BackendSessionId("ID"));
  requests.add_idle();
  CHECK(requests.add_send({"abc", "de"}) == 5);
  requests.add_close();
  CHECK(unwritten_text(requests) ==
        head_of("/idle/ID/0", 1) + "\0"s + head_of("/send/ID/1", 5) + "abcde" + head_of("/close/ID/2", 1) + "\0"s);
  for (const auto kind : {TunnelRequestKind::idle, TunnelRequestKind::send, TunnelRequestKind::close}) {
    CHECK(requests.front_kind() == kind);
    CHECK(requests.has(kind));
    write_all(requests);
    requests.answered();
    CHECK_FALSE(requests.has(kind));
  }
  CHECK(requests.empty());
  requests.add_idle();
  CHECK(unwritten_text(requests) == head_of("/idle/ID/3", 1) + "\0"s);
}

TEST_CASE("A send takes 32 KiB at most, from both pieces", "[rtmpt_requests]") {
  const std::string bytes(RtmptRequests::kMaxSendBytes, 'x');
  const auto [first, second, taken] =
      GENERATE(table<std::size_t, std::size_t, std::size_t>({{32768, 1, 32768}, {32767, 2, 32768}, {0, 9, 9}}));
  RtmptRequests requests("media:80", BackendSessionId("ID"));
  CHECK(requests.add_send({std::string_view(bytes).substr(0, first), std::string_view(bytes).substr(0, second)}) ==
        taken);
  CHECK(unwritten_text(requests) == head_of("/send/ID/0", taken) + bytes.substr(0, taken));
}

TEST_CASE("Writing may stop at every byte and goes on there; a rewind begins anew", "[rtmpt_requests]") {
  RtmptRequests whole("media:80", BackendSessionId("ID"));
  whole.add_idle();
  whole.add_send({"abc", {}});
  const std::string text = unwritten_text(whole);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    RtmptRequests requests("media:80", BackendSessionId("ID"));
    requests.add_idle();
    requests.add_send({"abc", {}});
    requests.written(cut);
    CHECK(requests.written_bytes() == cut);
    CHECK(unwritten_text(requests) == text.substr(cut));
    CHECK(requests.all_written() == (cut == text.size()));
    requests.rewind();
    CHECK(unwritten_text(requests) == text);
  }
}
