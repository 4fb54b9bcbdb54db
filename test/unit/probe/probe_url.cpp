// SPDX-License-Identifier: Apache-2.0
// The URLs that can be probed.
#include "probe/probe_url.hpp"

#include "probe/shown_text.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::probe;

TEST_CASE("A URL names host, port and application", "[probe]") {
  struct Case {
    std::string text;
    bool tls;
    std::string host;
    std::uint16_t port;
    std::string app;
    std::string shown;
  };
  const Case cases[] = {
      {"rtmpt://host", false, "host", 80, "", "rtmpt://host:80"},
      {"rtmpt://host/", false, "host", 80, "", "rtmpt://host:80"},
      {"RTMPTS://Live.Example.com/live", true, "live.example.com", 443, "live", "rtmpts://live.example.com:443/live"},
      {"rtmpt://host:8080/live/cam1", false, "host", 8080, "live", "rtmpt://host:8080/live"},
      {"rtmpt://host/live/_definst_/cam1", false, "host", 80, "live/_definst_", "rtmpt://host:80/live/_definst_"},
      {"rtmpt://host/live/cam1?key=secret", false, "host", 80, "live", "rtmpt://host:80/live"},
      {"rtmpt://host/live?key=secret", false, "host", 80, "live?key=secret", "rtmpt://host:80/live"},
      {"rtmpts://[2001:db8::1]/live", true, "2001:db8::1", 443, "live", "rtmpts://[2001:db8::1]:443/live"},
      {"rtmpts://[::1]:8443", true, "::1", 8443, "", "rtmpts://[::1]:8443"},
      {"rtmpt://192.0.2.1:65535/a", false, "192.0.2.1", 65535, "a", "rtmpt://192.0.2.1:65535/a"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    const auto [url, error] = parse_probe_url(one.text);
    CHECK(error.empty());
    CHECK(url.tls == one.tls);
    CHECK(url.host == one.host);
    CHECK(url.port == one.port);
    CHECK(url.app == one.app);
    CHECK(shown_url(url) == one.shown);
  }
}

TEST_CASE("Every other text is no such URL", "[probe]") {
  for (const std::string& text : std::initializer_list<std::string>{"",
                                                                    "host",
                                                                    "rtmp://host/live",
                                                                    "http://host/",
                                                                    "rtmpts:/host",
                                                                    "rtmpt://",
                                                                    "rtmpt:///live",
                                                                    "rtmpt://:80/",
                                                                    "rtmpt://host:/",
                                                                    "rtmpt://host:0/",
                                                                    "rtmpt://host:65536/",
                                                                    "rtmpt://host:80x/",
                                                                    "rtmpt://user@host/",
                                                                    "rtmpt://ho st/",
                                                                    "rtmpt://host/li ve",
                                                                    "rtmpt://host/\x1b[2J",
                                                                    "rtmpt://[::1/",
                                                                    "rtmpt://[host]/",
                                                                    "rtmpt://[127.0.0.1]/",
                                                                    "rtmpt://[::1]x/",
                                                                    "rtmpt://::1/",
                                                                    "rtmpt://" + std::string(254, 'a'),
                                                                    "rtmpt://host/" + std::string(3000, 'a')}) {
    CAPTURE(text);
    CHECK_FALSE(parse_probe_url(text).error.empty());
  }
}

TEST_CASE("A page is shown as its words, and nothing of it steers a terminal", "[probe]") {
  CHECK(words_of_page("plain\n\twords \n") == "plain words");
  CHECK(words_of_page("<p>a<b>b</b></p>") == "a b");
  CHECK(words_of_page("<title>x</title><script>alert(1)</script>y") == "y");
  CHECK(words_of_page("a<unfinished") == "a");
  CHECK(words_of_page("a<style>unfinished") == "a");
  CHECK(words_of_page("<") == "");
  CHECK(words_of_page("") == "");
  CHECK(in_quotes("\x1b[2J\"\xff") == R"("\x1b[2J\"\xff")");
  CHECK(in_quotes(std::string(1000, 'a')).size() == kMaxQuoteBytes + 2);
  CHECK(message_id_in("see RTMPT and RTMPT12 or RTMPT307.") == "RTMPT307");
  CHECK(message_id_in("RTMPT") == "");
}
