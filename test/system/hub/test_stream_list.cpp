// SPDX-License-Identifier: Apache-2.0
// The list of a hub's streams: what it says, who gets it, and what happens without a gateway.
#include "hub/flv_viewer.hpp"
#include "hub/hub_publisher.hpp"
#include "hub/hub_site.hpp"
#include "local/keyed_digest.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"

#include <rtmpt_proxy/policy/tokens/stream_token.hpp>

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <optional>
#include <regex>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kOn = "RTMPTStreamList On\n";
constexpr const char* kEmpty = "{\"app\":\"live\",\"streams\":[],\"left_out\":0}\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string request(const std::string& method, const std::string& target, const std::string& headers = {}) {
  return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

HttpResponse get(const Endpoint& endpoint, const std::string& target = "/live/?streams",
                 const std::string& headers = {}) {
  return HttpConnection(endpoint).exchange(request("GET", target, headers));
}

// The head of an answer that may have no body.
std::string head_of(const Endpoint& endpoint, const std::string& method, const std::string& headers = {},
                    const std::string& target = "/live/?streams") {
  return FlvViewer(endpoint, request(method, target, headers + "Connection: close\r\n")).head();
}

// Once the list has that text; `publisher` stays meanwhile.
bool is_listed(const HttpdFixture& httpd, HubPublisher& publisher, const std::string& text,
               const std::string& target = "/live/?streams") {
  return happens([&] {
    publisher.stay();
    return has(get(httpd.plain(), target).body, text);
  });
}

} // namespace

TEST_CASE("The list says of each stream what it is and who watches, over HTTP and HTTPS") {
  HttpdFixture httpd(hub_options("event", std::string("RTMPTWatch flv ws\n") + kOn));
  httpd.start();
  CHECK(get(httpd.plain()).body == kEmpty);
  std::optional<HubPublisher> publisher(std::in_place, httpd.plain(), "live", "cam");
  publisher->send_media(1280, 720, 29.97);
  const HubViewer by_rtmp(httpd.plain(), "live", "cam");
  const FlvViewer by_http(httpd.plain(), watch_request());
  const FlvViewer by_websocket(httpd.plain(), websocket_request());
  const HubViewer of_nobody(httpd.plain(), "live", "other"); // a name that nobody publishes
  REQUIRE(is_listed(httpd, *publisher, "\"viewers\":3,\"video_codec\":\"h264\""));
  for (const Endpoint& endpoint : {httpd.plain(), httpd.tls()}) {
    const HttpResponse list = get(endpoint);
    CAPTURE(list.head, list.body);
    CHECK(list.status == 200);
    CHECK(list.header("Content-Type") == "application/json");
    CHECK(list.header("Cache-Control") == "no-store");
    CHECK(list.header("X-Content-Type-Options") == "nosniff");
    CHECK_FALSE(list.header("Access-Control-Allow-Origin"));
    const std::regex expected(
        R"(\{"app":"live","streams":\[\{"name":"cam","path":"/live/cam","publishers":1,"viewers":3,)"
        R"("video_codec":"h264","audio_codec":"aac","width":1280,"height":720,"frame_rate":29\.97,)"
        R"("since":"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"\}\],"left_out":0\}\n)");
    CHECK(std::regex_match(list.body, expected));
  }
  publisher.reset();
  CHECK(happens(
      [&] { return has(get(httpd.plain()).body, "\"name\":\"cam\",\"path\":\"/live/cam\",\"publishers\":0"); }));
  publisher.emplace(httpd.plain(), "live", "cam");
  CHECK(is_listed(httpd, *publisher, "\"publishers\":1,\"viewers\":3,"));
}

TEST_CASE("There is no list but where it is switched on, and none of media servers") {
  const std::string lines = "<Location \"/live\">\nRTMPTStreamList On\n</Location>\n"
                            "<Location \"/live/off\">\nRTMPTStreamList Off\n</Location>\n"
                            "<Location \"/far\">\nRTMPTStreamList On\nRTMPTProxyPass rtmp://127.0.0.1:1\n</Location>\n";
  HttpdFixture httpd(hub_options("event", lines));
  httpd.start();
  CHECK(get(httpd.plain()).body == kEmpty);
  CHECK(get(httpd.plain(), "/live/on/?streams=").body == "{\"app\":\"live/on\",\"streams\":[],\"left_out\":0}\n");
  for (const std::string target : {"/live/off/?streams", "/other/?streams", "/far/?streams", "/live/", "/live/?stream",
                                   "/live/cam?streams", "/live?streams"}) {
    CAPTURE(target);
    CHECK(get(httpd.plain(), target).status == 404);
  }
  CHECK(get(httpd.plain(), "/?streams").body == "a page of the site\n");
  httpd.configure(hub_options());
  httpd.graceful();
  CHECK(get(httpd.plain()).status == 404);
}

TEST_CASE("Require holds for the list as for a page") {
  const std::string guard = "<Location \"/live/\">\nAuthType Basic\nAuthName live\nAuthBasicProvider file\n"
                            "AuthUserFile @ROOT@/members\nRequire user alice\n</Location>\n"
                            "<Location \"/closed/\">\nRequire all denied\n</Location>\n";
  HttpdFixture httpd(hub_options("event", kOn + guard));
  httpd.error_log().allow("AH01630");
  write_members(httpd);
  httpd.start();
  CHECK(get(httpd.plain()).status == 401);
  CHECK(get(httpd.plain(), "/live/?streams", "Authorization: Basic YWxpY2U6cmlnaHQtaHVzaGh1c2g=\r\n").body == kEmpty);
  CHECK(get(httpd.plain(), "/closed/?streams").status == 403);
  CHECK(has(head_of(httpd.plain(), "HEAD"), " 401 "));
  CHECK(has(head_of(httpd.plain(), "POST", "Content-Length: 0\r\n"), " 401 "));
}

TEST_CASE("A token for all of an application opens its list, and one for a stream does not") {
  const TempDir dir;
  const rtmpt_proxy::policy::TokenKey key{"a", "hushhush-0123456789abcdef-0123456789abcdef"};
  write_file(dir.path() / "keys", key.id + " " + key.secret + "\n");
  std::filesystem::permissions(dir.path() / "keys", std::filesystem::perms(0600));
  const std::string rule = "<Location \"/live\">\n<Limit GET>\nRequire stream-token\n</Limit>\n</Location>\n";
  HttpdFixture httpd(hub_options("event", kOn + ("RTMPTTokenKeys " + (dir.path() / "keys").string() + "\n") + rule));
  httpd.error_log().allow("AH01630");
  httpd.start();
  const auto expires = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count() +
      600);
  const auto list_with = [&](const std::string& path) {
    return get(httpd.plain(),
               "/live/?streams&" + rtmpt_proxy::policy::signed_query(key, {"PLAY", "localhost", path, expires, {}},
                                                                     rtmpt_proxy::local::keyed_digest));
  };
  CHECK(get(httpd.plain()).status == 403);
  CHECK(list_with("/live/cam").status == 403);
  CHECK(list_with("/live/").body == kEmpty);
}

TEST_CASE("Names of any bytes are JSON, and their paths lead to the streams") {
  HttpdFixture httpd(hub_options("event", std::string("RTMPTWatch flv\n") + kOn));
  httpd.start();
  HubPublisher odd(httpd.plain(), "live", "a\"b\\<c\xff");
  HubPublisher plain(httpd.plain(), "live", "caf\xc3\xa9");
  plain.send_media(640, 360, 25);
  CHECK(is_listed(httpd, odd, "\"name\":\"a\\\"b\\\\<c\xef\xbf\xbd\",\"path\":\"/live/a%22b%5C%3Cc%FF\""));
  CHECK(is_listed(httpd, plain, "\"name\":\"caf\xc3\xa9\",\"path\":\"/live/caf%C3%A9\""));
  CHECK(FlvViewer(httpd.plain(), watch_request("caf%C3%A9")).status() == 200);
}

TEST_CASE("HEAD has no body, OPTIONS names the methods, and all others are refused") {
  HttpdFixture httpd(hub_options("event", kOn));
  httpd.start();
  const std::string head = head_of(httpd.plain(), "HEAD");
  CHECK(has(head, " 200 "));
  CHECK(has(head, "Content-Type: application/json\r\n"));
  CHECK(has(head, "Content-Length: " + std::to_string(std::string(kEmpty).size()) + "\r\n"));
  const std::string options = head_of(httpd.plain(), "OPTIONS");
  CHECK(has(options, " 204 "));
  CHECK(has(options, "Allow: GET, HEAD, OPTIONS\r\n"));
  for (const std::string method : {"POST", "PUT", "DELETE", "PATCH"}) {
    const std::string refused = head_of(httpd.plain(), method, "Content-Length: 0\r\n");
    CAPTURE(refused);
    CHECK(has(refused, " 405 "));
    CHECK(std::regex_search(refused, std::regex("\r\nAllow: [^\r]*GET")));
    CHECK(std::regex_search(refused, std::regex("\r\nAllow: [^\r]*HEAD")));
  }
  CHECK(get(httpd.plain()).body == kEmpty);
}

TEST_CASE("Pages of other sites get the list where RTMPTAllowOrigin names them") {
  const std::string guard = "<Location \"/live/\">\nAuthType Basic\nAuthName live\nAuthBasicProvider file\n"
                            "AuthUserFile @ROOT@/members\nRequire user alice\n</Location>\n";
  HttpdFixture httpd(hub_options("event", kOn + guard + "RTMPTAllowOrigin https://page.example\n"));
  write_members(httpd);
  httpd.start();
  const std::string login = "Authorization: Basic YWxpY2U6cmlnaHQtaHVzaGh1c2g=\r\n";
  const HttpResponse allowed = get(httpd.plain(), "/live/?streams", login + "Origin: https://page.example\r\n");
  CHECK(allowed.body == kEmpty);
  CHECK(allowed.header("Access-Control-Allow-Origin") == "https://page.example");
  CHECK(allowed.header("Vary") == "Origin");
  CHECK(get(httpd.plain(), "/live/?streams", login + "Origin: http://localhost\r\n").status == 200);
  for (const std::string origin : {"https://evil.example", "null", "https://localhost"}) {
    CAPTURE(origin);
    CHECK(get(httpd.plain(), "/live/?streams", login + "Origin: " + origin + "\r\n").status == 403);
  }
  const auto preflight = [&](const std::string& origin, const std::string& target) {
    return head_of(httpd.plain(), "OPTIONS", "Origin: " + origin + "\r\nAccess-Control-Request-Method: GET\r\n",
                   target);
  };
  const std::string asked = preflight("https://page.example", "/live/?streams");
  CHECK(has(asked, " 204 "));
  CHECK(has(asked, "Access-Control-Allow-Origin: https://page.example\r\n"));
  CHECK(has(asked, "Access-Control-Allow-Headers: Authorization\r\n"));
  CHECK(has(preflight("https://evil.example", "/live/?streams"), " 403 "));
  CHECK_FALSE(has(preflight("https://page.example", "/live/"), "Access-Control-Allow-Origin"));
}

TEST_CASE("A gateway that hangs makes the answer 503 within seconds, and 200 when it goes on") {
  HttpdFixture httpd(hub_options("event", kOn));
  httpd.error_log().allow("rtmpt_proxy");
  httpd.start();
  REQUIRE(get(httpd.plain()).status == 200);
  const pid_t gateway = httpd.gateway_pid();
  REQUIRE(::kill(gateway, SIGSTOP) == 0);
  for (int i = 0; i < 3; ++i) {
    const auto began = std::chrono::steady_clock::now();
    const HttpResponse missing = get(httpd.plain());
    CHECK(missing.status == 503);
    CHECK(missing.header("Retry-After"));
    CHECK(since(began) < 6s); // a second's patience, and a busy machine
  }
  REQUIRE(::kill(gateway, SIGCONT) == 0);
  CHECK(happens([&] { return get(httpd.plain()).status == 200; }));
}

TEST_CASE("Hubs and applications have lists of their own") {
  const std::string studio = "<Location \"/studio\">\nRTMPTProxyPass hub:studio\n</Location>\n";
  HttpdOptions options = hub_options("event", kOn + studio);
  options.more_hosts = "<VirtualHost *:@PORT@>\nServerName other\nRTMPTProxyPass hub:\nRTMPTAcceptRTMP On\n"
                       "RTMPTStreamList On\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  HubPublisher live(httpd.plain(), "live", "a");
  HubPublisher room(httpd.plain(), "live/room", "b");
  HubPublisher in_studio(httpd.plain(), "studio", "c");
  CHECK(is_listed(httpd, live, "{\"app\":\"live\",\"streams\":[{\"name\":\"a\","));
  CHECK(is_listed(httpd, room, "{\"app\":\"live/room\",\"streams\":[{\"name\":\"b\",", "/live/room/?streams"));
  CHECK(is_listed(httpd, in_studio, "{\"app\":\"studio\",\"streams\":[{\"name\":\"c\",", "/studio/?streams"));
  const std::string list = get(httpd.plain()).body;
  CHECK_FALSE(has(list, "\"b\""));
  CHECK_FALSE(has(list, "\"c\""));
  CHECK(has(get(httpd.tls()).body, "\"name\":\"a\"")); // the same hub
  CHECK(HttpConnection(httpd.plain()).exchange("GET /live/?streams HTTP/1.1\r\nHost: other\r\n\r\n").body == kEmpty);
}

TEST_CASE("Names that are hidden are not listed, and what stands behind ?streams is in no log") {
  HttpdFixture httpd(hub_options("event", std::string("RTMPTHideStreamName On\n") + kOn));
  httpd.start();
  HubPublisher publisher(httpd.plain(), "live", "hushhush");
  publisher.send_media(640, 360, 25);
  CHECK(get(httpd.plain()).body == kEmpty);
  CHECK(get(httpd.plain(), "/live/?streams&token=hushhush").body == kEmpty);
  httpd.stop();
  for (const auto& file : std::filesystem::recursive_directory_iterator(httpd.root() / "logs")) {
    if (!file.is_regular_file()) continue;
    CAPTURE(file.path().string());
    CHECK_FALSE(has(read_file(file.path()), "hushhush"));
  }
}

TEST_CASE("configtest says where a list would be of no use") {
  struct Row {
    std::string lines;
    std::string said; // empty: nothing
    bool is_good;
  };
  const std::string rule = publishing_rule();
  const Row table[] = {
      {"RTMPTProxyPass hub:main\nRTMPTStreamList On\n" + rule, "", true},
      {"RTMPTProxyPass rtmp://127.0.0.1\nRTMPTStreamList On\n", "RTMPT579.*RTMPTStreamList On has no effect", true},
      {"RTMPTProxyPass rtmp://127.0.0.1\nRTMPTStreamList Off\n", "", true},
      {"RTMPTProxyPass hub:main\nRTMPTHideStreamName On\n<Location \"/live/\">\nRTMPTStreamList On\n</Location>\n" +
           rule,
       "RTMPT580.*where RTMPTHideStreamName is On", true},
      {"RTMPTProxyPass hub:main\nRTMPTStreamList On\n<Location \"/live\">\n<Limit PLAY>\nRequire local\n</Limit>\n"
       "</Location>\n" +
           rule,
       "RTMPT582.*<Limit PLAY> at .*expected GET beside PLAY", true},
      {"RTMPTProxyPass hub:main\nRTMPTStreamList On\n<Location \"/live\">\n<Limit PLAY GET>\nRequire local\n"
       "</Limit>\n</Location>\n" +
           rule,
       "", true},
      {"RTMPTProxyPass hub:main\n<Directory \"/\">\nRTMPTStreamList On\n</Directory>\n",
       "RTMPTStreamList cannot occur within <Directory> section", false},
      {"RTMPTProxyPass hub:main\nRTMPTStreamList all\n", "RTMPTStreamList must be On or Off", false},
  };
  for (const Row& row : table) {
    CAPTURE(row.lines, row.said);
    HttpdOptions options;
    options.more_modules = {"authn_file", "auth_basic", "authz_user"};
    options.site = row.lines;
    const HttpdFixture httpd(options);
    const CommandResult result = httpd.configtest();
    CAPTURE(result.output);
    CHECK((result.exit_code == 0) == row.is_good);
    if (row.said.empty())
      CHECK_FALSE(std::regex_search(result.output, std::regex("RTMPT5(79|80|82)")));
    else
      CHECK(std::regex_search(result.output, std::regex(row.said)));
  }
}
