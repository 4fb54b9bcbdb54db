// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/ask_target.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::ConnectRequest;
using rtmpt_proxy::protocol::Endpoint;
using rtmpt_proxy::protocol::parse_ip_address;
using namespace std::string_literals;

namespace {

AskTarget ask(std::string app, std::string tc_url) {
  ConnectRequest connect;
  connect.app = std::move(app);
  connect.tc_url = std::move(tc_url);
  return ask_target(connect);
}

} // namespace

TEST_CASE("An application becomes a path that httpd decodes to the very same bytes", "[ask]") {
  struct Row {
    std::string app;
    std::string path;
    std::string query;
  };
  const std::vector<Row> rows{
      {"live", "/live", ""},
      {"live/", "/live", ""},
      {"", "/", ""},
      {"live/_definst_", "/live", ""},
      {"live?key=secret", "/live", "key=secret"},
      {"live/?key=a?b", "/live", "key=a?b"},
      {"?key", "/", "key"},
      {"live?", "/live", ""},
      {"a;b+e", "/a%3Bb%2Be", ""},
      {"a@b!$()*~", "/a%40b%21%24%28%29%2A~", ""},
      {"caf\xc3\xa9", "/caf%C3%A9", ""},
      {".live/..x/y.", "/.live/..x/y.", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.app);
    CHECK(ask(row.app, "rtmp://h/" + row.app.substr(0, row.app.find('?'))) ==
          AskTarget{AskError::none, "h", row.path, row.query});
  }
}

TEST_CASE("The host of tcUrl is its authority, without a user", "[ask]") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"rtmp://live.example.com/live", "live.example.com"},
      {"rtmp://live.example.com:1935/live", "live.example.com:1935"},
      {"rtmps://LIVE.example.com/live", "LIVE.example.com"},
      {"rtmpt://192.0.2.1:80/live", "192.0.2.1:80"},
      {"rtmp://[2001:db8::1]:1935/live", "[2001:db8::1]:1935"},
      {"rtmp://user:pass@host/live", "host"},
      {"rtmp://user@a@host/live", "host"},
      {"", ""},
  };
  for (const auto& [tc_url, host] : rows) {
    CAPTURE(tc_url);
    const AskTarget target = ask("live", tc_url);
    CHECK(target.error == AskError::none);
    CHECK(target.host == host);
  }
}

TEST_CASE("What would make httpd ask about something else is refused", "[ask]") {
  struct Row {
    std::string app;
    std::string tc_url;
    AskError error;
  };
  const std::string good = "rtmp://h/live";
  const std::vector<Row> rows{
      {"..", good, AskError::odd_path},
      {"live/../secret", good, AskError::odd_path},
      {"live/..", good, AskError::odd_path},
      {"./live", good, AskError::odd_path},
      {"live/.", good, AskError::odd_path},
      {"live//cam", good, AskError::odd_path},
      {"/live", good, AskError::odd_path},
      {"live//", good, AskError::odd_path},
      {"/", "rtmp://h/", AskError::none}, // nothing but the slash that clients write behind an application
      {"li\0ve"s, good, AskError::control_in_app},
      {"li\r\nHost: x", good, AskError::control_in_app},
      {"li\x7fve", good, AskError::control_in_app},
      {std::string(kMaxAskPathBytes, 'a'), "", AskError::none},
      {std::string(kMaxAskPathBytes + 1, 'a'), good, AskError::app_too_long},
      {"a b", "rtmp://h/a b", AskError::odd_app},
      {"a\\b", "rtmp://h/a\\b", AskError::odd_app},
      {"a#b", "rtmp://h/a#b", AskError::odd_app},
      {"a=b", "", AskError::odd_app},
      {"a&b", "", AskError::odd_app},
      {"a,b", "", AskError::odd_app},
      {"a:b", "", AskError::odd_app},
      {"a\"b", "", AskError::odd_app},
      {"live'", "rtmp://h/live'", AskError::odd_app}, // MediaMTX takes quotes away
      {"live...vhost...x", "", AskError::odd_app},
      {"...", "", AskError::odd_app},
      {"_definst_", "", AskError::odd_app},
      {"live/_definst_/_definst_", "", AskError::odd_app},
      {"li/_definst_ve", "", AskError::odd_app},
      {"live/_definst_/x", "", AskError::odd_app},
      {"live", "/live", AskError::odd_url},
      {"live", "rtmp:/live", AskError::odd_url},
      {"live", "live.example.com", AskError::odd_url},
      {"live", "rtmp:///live", AskError::odd_url},
      {"live", "://h/live", AskError::odd_url},
      {"live", "'rtmp://h/live'", AskError::odd_url},
      {"live", " rtmp://h/live", AskError::odd_url},
      {"live", "live/secret#rtmp://h/live", AskError::odd_url},
      {"live", "rtmp://h\r\nX: y/live", AskError::bad_host},
      {"live", "rtmp://h h/live", AskError::bad_host},
      {"live", "rtmp://h%41/live", AskError::bad_host},
      {"live", "rtmp://h\xc3\xa9/live", AskError::bad_host},
      {"live", "rtmp://" + std::string(kMaxAskHostBytes, 'h') + "/live", AskError::none},
      {"live", "rtmp://" + std::string(kMaxAskHostBytes + 1, 'h') + "/live", AskError::bad_host},
  };
  for (const Row& row : rows) {
    CAPTURE(row.app, row.tc_url);
    const AskTarget target = ask(row.app, row.tc_url);
    CHECK(target.error == row.error);
    if (row.error != AskError::none) CHECK(target.path.empty());
  }
  ConnectRequest cut;
  cut.app = "live";
  cut.is_cut = true;
  CHECK(ask_target(cut).error == AskError::app_too_long);
}

TEST_CASE("The request to httpd has the client's words, and none that a header must not have", "[ask target]") {
  const Endpoint destination{*parse_ip_address("192.0.2.7"), 443};
  const Endpoint destination6{*parse_ip_address("2001:db8::7"), 80};
  AskTarget target{
      AskError::none,
      "live.example.com:80",
      "/live",
      "",
  };
  CHECK(ask_request(target, "FMLE/3.0", destination) ==
        "OPEN /live HTTP/1.1\r\nHost: live.example.com:80\r\nUser-Agent: FMLE/3.0\r\nConnection: close\r\n\r\n");
  target.host.clear();
  target.query = "key=a b\r\nX: \x01\xff";
  CHECK(ask_request(target, "", destination) == "OPEN /live HTTP/1.1\r\nHost: 192.0.2.7:443\r\n"
                                                "RTMPT-Query: key=a b%0D%0AX: %01%FF\r\nConnection: close\r\n\r\n");
  target.query.clear();
  CHECK(ask_request(target, std::string(127, 'a') + "\n\n", destination6) ==
        "OPEN /live HTTP/1.1\r\nHost: [2001:db8::7]:80\r\nUser-Agent: " + std::string(127, 'a') +
            "%0A\r\nConnection: close\r\n\r\n");
}

TEST_CASE("A query has at most 2,000 bytes", "[ask target]") {
  ConnectRequest connect;
  connect.app = "live?" + std::string(kMaxAskQueryBytes, 'q');
  CHECK(ask_target(connect).error == AskError::none);
  connect.app += 'q';
  CHECK(ask_target(connect).error == AskError::query_too_long);
}

TEST_CASE("tcUrl must name the application that app names, because some media servers go by it", "[ask]") {
  for (const char* const url :
       {"rtmp://h/live", "rtmp://h:1935/live/", "rtmp://u:p@h/live?key=1", "rtmp://h/live/_definst_", ""}) {
    CAPTURE(url);
    CHECK(ask("live?key=1", url).error == AskError::none);
    CHECK(ask("live?key=1", url).path == "/live");
  }
  for (const char* const url : {"rtmp://h/secret", "rtmp://h", "rtmp://h/", "rtmp://h/live/x", "rtmp://h/Live",
                                "rtmp://h/live?vhost=other", "rtmp://h/live?key=1&vhost=other", "rtmp://h//live"}) {
    CAPTURE(url);
    CHECK(ask("live?key=1", url).error == AskError::other_app_in_url);
  }
  CHECK(ask("", "rtmp://h/").error == AskError::none);
  CHECK(ask("", "rtmp://h").path == "/");
}

TEST_CASE("The usual instance is no part of an application, and a percent sign none of its name", "[ask]") {
  CHECK(ask("live/_definst_", "").path == "/live");
  CHECK(ask("live/_definst_/", "rtmp://h/live").path == "/live");
  CHECK(ask("%6Cive", "").error == AskError::percent_in_app);
}
