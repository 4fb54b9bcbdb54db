// SPDX-License-Identifier: Apache-2.0
// Clients of RTMP that are odd, hostile, not allowed or too many: what each of them gets, and that nobody else notices.
#include "support/clients/http_connection.hpp"
#include "support/clients/rtmp_client.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/rtmp_site.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using rtmpt_proxy::protocol::RefusalWords;
using Clock = std::chrono::steady_clock;

namespace {

std::string nested_connect(int depth) {
  std::string value = amf_null();
  for (int i = 0; i < depth; ++i)
    value = amf_object({{"a", value}});
  return chunks({.payload = connect_payload({{"app", amf_string("live")}, {"bomb", value}})});
}

std::string connect_of_bytes(std::size_t bytes) {
  return chunks(
      {.payload = connect_payload({{"app", amf_string("live")}, {"x", amf_long_string(std::string(bytes, 'x'))}})});
}

// Text of a log that is whole lines of visible characters.
bool is_clean(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\n' || (byte >= 0x20 && byte != 0x7f);
  });
}

} // namespace

TEST_CASE("Half a handshake or half a connect is closed ten seconds after its first byte, and takes no page's time") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  HttpdOptions options;
  options.mpm = mpm;
  RtmpSite site(options);
  const std::string hello = handshake();
  const auto begin = Clock::now();
  std::vector<RtmpClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(site.httpd().plain());
    if (i % 3 == 2) clients.back().shake_hands();
    clients.back().send(i % 3 == 0 ? "\3" : i % 3 == 1 ? hello.substr(0, 700) : connect_command("live").substr(0, 40));
  }
  check_page(site.httpd());
  for (RtmpClient& client : clients)
    CHECK(client.receive_all().empty());
  CHECK(since(begin) >= 9900ms);
  CHECK(since(begin) < 40s);
  site.httpd().error_log().wait_for("RTMPT410.*no connect came in time");
  CHECK_FALSE(site.backend().has_connection(Deadline(0ms)));
}

TEST_CASE("A client that does not say connect as it should is closed with one line, and other sessions go on") {
  const std::string connect = connect_command("live");
  const std::string huge_message = full_header(3, 0, 0xffffff, 20);
  const auto [title, bytes] = GENERATE_COPY(table<std::string, std::string>(
      {{"a connect over 64 KiB", connect_of_bytes(80'000)},
       {"objects in objects", nested_connect(500)},
       {"a chunk size of 0", set_chunk_size(0) + connect},
       {"a chunk size of 2 GiB", set_chunk_size(0x7fffffff) + huge_message},
       {"a command of 16 MiB", huge_message + std::string(128, 'x')},
       {"a chunk without a beginning", basic_header(3, 9) + std::string(128, 'x')},
       {"publish before connect", chunks({.payload = start_payload("publish", "cam")})},
       {"HTTP behind the handshake", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + std::string(70'000, 'x')}}));
  CAPTURE(title);
  RtmpSite site;
  RtmpSession other = site.session();
  RtmpClient client(site.httpd().plain());
  client.shake_hands();
  try {
    client.send(bytes);
  } catch (const std::system_error&) {
  } // closed while it still sends
  CHECK(client.receive_all().empty());
  CHECK_NOTHROW(site.httpd().error_log().wait_for("RTMPT410"));
  CHECK_NOTHROW(carry_both_ways(other, 20'000, 1));
  check_page(site.httpd());
  CHECK(site.httpd().error_log().count("RTMPT410", 1) == 1);
  CHECK_FALSE(site.backend().has_connection(Deadline(0ms)));
  CHECK(site.httpd().access_count("OPEN", 1) == 1); // the other client's
}

TEST_CASE("A session ends with one line at a second connect or bytes that are no chunks, and other sessions go on") {
  RtmpSite site;
  RtmpSession other = site.session();
  const std::string connect = connect_command("live");
  const std::vector<std::string> ends = {connect_command("other"), connect, set_chunk_size(0),
                                         basic_header(3, 9) + std::string(128, 'x')};
  for (const std::string& bytes : ends) {
    RtmpSession session = site.session();
    session.client.send(picture_messages(50'000, 3) + bytes);
    CHECK_NOTHROW(session.media->wait_for_end());
    CHECK(session.received_by_media().find("other") == std::string::npos);
    CHECK(session.client.receive_all().empty());
    CHECK_NOTHROW(carry_both_ways(other, 20'000, 2));
  }
  CHECK_NOTHROW(site.httpd().error_log().wait_for("RTMPT303", ends.size()));
  CHECK(site.httpd().error_log().count("RTMPT303", ends.size()) == ends.size());
}

TEST_CASE("Odd applications and hosts are refused, and no byte of them stands in a log as it is") {
  HttpdOptions options;
  options.site = "RTMPTSessionLog logs/session.log \"%r %U %{app}r %{flashver}r %{detail}r\"\n";
  RtmpSite site(options);
  struct Row {
    std::string app, tc_url;
  };
  const std::vector<Row> odd = {{"..", ""},
                                {"live/../oddsecret", ""},
                                {"live//oddsecret", ""},
                                {"/oddsecret", ""},
                                {"oddsecret\0x"s, ""},
                                {"oddsecret\r\nX-Injected: 1", ""},
                                {"oddsecret\x1b[2J", ""},
                                {"oddsecret%2e%2e", ""},
                                {"odd#secret", ""},
                                {"odd secret", ""},
                                {"<oddsecret>", ""},
                                {"live", "/oddsecret"},
                                {"live", "live"},
                                {"live", "rtmp://localhost/oddsecret"},
                                {"live", "rtmp://localhost/live?vhost=oddsecret"},
                                {std::string(2'048, 'o'), ""},
                                {std::string(6'000, 'o'), ""},
                                {"live", "rtmp://odd secret/live"},
                                {"live", "rtmp://oddsecret\r\nX-Injected: 1/live"},
                                {"live", "rtmp://" + std::string(300, 'o') + "/live"}};
  for (std::size_t i = 0; i < odd.size(); ++i) {
    CAPTURE(i);
    CHECK(answer_to(nth_address(site.httpd().plain(), i), odd[i].app, odd[i].tc_url) ==
          refusal(RefusalWords::no_application));
  }
  CHECK_FALSE(site.backend().has_connection(Deadline(0ms)));
  CHECK_FALSE(site.httpd().error_log().matching("RTMPT411").empty()); // not one for each, for they are many

  // What may be an application, and must be escaped.
  const std::string strange = "li;ve!\xff\xc3\xa9(x)";
  {
    RtmpSession session = site.session(strange);
    CHECK_NOTHROW(carry_both_ways(session, 10'000, 4));
  }
  const auto lines = SessionLogFile(site.httpd().root() / "logs/session.log").wait_for(1);
  CHECK(site.httpd().access_count("OPEN /li%3Bve%21%FF%C3%A9%28x%29 HTTP/1.1 200", 1) == 1);
  REQUIRE(lines.size() == 1);
  CAPTURE(lines.front());
  CHECK(lines.front().find("li;ve!\\xff\xc3\xa9(x)") != std::string::npos);
  site.httpd().stop();
  for (const char* const name : {"error.log", "access.log", "session.log"}) {
    CAPTURE(name);
    const std::string text = read_file(site.httpd().root() / "logs" / name);
    CHECK(is_clean(text));
    CHECK(text.find("secret") == std::string::npos);
    CHECK(text.find("X-Injected") == std::string::npos);
    CHECK(text.find(std::string(100, 'o')) == std::string::npos);
  }
}
