// SPDX-License-Identifier: Apache-2.0
// What the answers to viewers over HTTP tell the pages of other sites, players and the access log.
#include "hub/watched_hub.hpp"
#include "support/clients/http2_connection.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kAllowed = "https://page.example";
constexpr const char* kAllowPage = "RTMPTAllowOrigin https://page.example\n";

std::string from(const std::string& origin) {
  return "Origin: " + origin + "\r\n";
}

std::string asked(const std::string& method, const std::string& target, const std::string& headers = {}) {
  return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("A page of an allowed site knows with what status the rules of the path refuse a viewer") {
  const std::string login = "AuthType Basic\nAuthName live\nAuthBasicProvider file\nAuthUserFile @ROOT@/members\n"
                            "Require valid-user\n";
  const auto [rules, status] = GENERATE_COPY(std::pair<std::string, int>{"<Limit GET>\n" + login + "</Limit>\n", 401},
                                             std::pair<std::string, int>{"<Limit PLAY>\n" + login + "</Limit>\n", 401},
                                             std::pair<std::string, int>{"Require all denied\n", 403},
                                             std::pair<std::string, int>{"Redirect 410\n", 410});
  CAPTURE(rules);
  HttpdFixture httpd(watched("event", kAllowPage + ("<Location \"/live\">\n" + rules + "</Location>\n")));
  write_members(httpd);
  httpd.error_log().allow("AH01630");
  httpd.start();
  const FlvViewer allowed(httpd.plain(), asked("HEAD", "/live/cam.flv", from(kAllowed)));
  CAPTURE(allowed.head());
  CHECK(allowed.status() == status);
  CHECK(has(allowed.head(), "\r\nAccess-Control-Allow-Origin: https://page.example\r\n"));
  CHECK(has(allowed.head(), "\r\nAccess-Control-Allow-Credentials: true\r\n"));
  CHECK(has(allowed.head(), "\r\nVary: Origin\r\n"));
  CHECK(has(allowed.head(), "\r\nCache-Control: no-store\r\n"));
  for (const std::string origin : {"https://evil.example", "null", "http://page.example"}) {
    CAPTURE(origin);
    const FlvViewer other(httpd.plain(), asked("HEAD", "/live/cam.flv", from(origin)));
    CHECK((other.status() == status || other.status() == 403));
    CHECK_FALSE(has(other.head(), "Access-Control-"));
  }
  CHECK_FALSE(has(FlvViewer(httpd.plain(), asked("HEAD", "/live/cam.flv")).head(), "Access-Control-"));
}

TEST_CASE("The statuses of a missing stream and of a rule for PLAY are known to a page of any site where all may") {
  WatchedHub hub(watched("event", "RTMPTAllowOrigin *\n<Location \"/live/shut\">\n<Limit PLAY>\nRequire all denied\n"
                                  "</Limit>\n</Location>\n"));
  hub.httpd().error_log().expect("AH01630");
  for (const auto& [name, status] : {std::pair{"cam", 200}, std::pair{"other", 404}, std::pair{"shut", 403}}) {
    const FlvViewer viewer(hub.httpd().plain(),
                           asked("HEAD", "/live/" + std::string(name) + ".flv", from("https://any.example")));
    CAPTURE(viewer.head());
    CHECK(viewer.status() == status);
    CHECK(has(viewer.head(), "\r\nAccess-Control-Allow-Origin: *\r\n"));
    CHECK(has(viewer.head(), "\r\nAccess-Control-Expose-Headers: Retry-After\r\n"));
    CHECK_FALSE(has(viewer.head(), "Access-Control-Allow-Credentials"));
  }
}

TEST_CASE("A preflight is answered for GET and HEAD, and its query is in no log") {
  HttpdFixture httpd(watched("event", kAllowPage));
  httpd.start();
  const auto preflight = [&](const std::string& method, const std::string& origin) {
    return FlvViewer(httpd.plain(), asked("OPTIONS", "/live/cam.flv?st=hushhush&e=1",
                                          from(origin) + "Access-Control-Request-Method: " + method + "\r\n"));
  };
  for (const std::string method : {"GET", "HEAD"}) {
    CAPTURE(method);
    const FlvViewer allowed = preflight(method, kAllowed);
    CHECK(allowed.status() == 204);
    CHECK(has(allowed.head(), "\r\nAccess-Control-Allow-Origin: https://page.example\r\n"));
    CHECK(has(allowed.head(), "\r\nAccess-Control-Allow-Methods: GET, HEAD\r\n"));
    CHECK(has(allowed.head(), "\r\nVary: Origin\r\n"));
    CHECK(preflight(method, "https://evil.example").status() == 403);
  }
  CHECK_FALSE(has(preflight("DELETE", kAllowed).head(), "Access-Control-"));
  FlvViewer(httpd.plain(), asked("OPTIONS", "/live/cam.flv?st=hushhush"));
  CHECK(httpd.access_count("OPTIONS /live/cam.flv HTTP", 6) == 6);
  CHECK(httpd.access_count("hushhush") == 0);
}

TEST_CASE("Every 503 of a viewer says when to ask again") {
  SECTION("there are as many as may be") {
    WatchedHub hub(watched("event", "RTMPTMaxViewers 1\nErrorDocument 503 /busy.html\n"));
    FlvViewer first(hub.httpd().plain(), watch_request());
    REQUIRE(first.status() == 200);
    CHECK(first.sees(1));
    for (const std::string& request : {watch_request(), websocket_request()}) {
      const HttpResponse refused = HttpConnection(hub.httpd().plain()).exchange(request);
      CHECK(refused.status == 503);
      CHECK(refused.header("Retry-After") == "5");
    }
    const FlvViewer head(hub.httpd().plain(), asked("HEAD", "/live/cam.flv"));
    CHECK(head.status() == 503);
    CHECK(has(head.head(), "\r\nRetry-After: 5\r\n"));
  }
  SECTION("a WebSocket has no way") {
    HttpdOptions options = watched("worker");
    options.tls_site = ""; // mod_ssl has the TLS
    HttpdFixture httpd(options);
    httpd.start();
    const HttpResponse refused = HttpConnection(httpd.tls()).exchange(websocket_request());
    CHECK(refused.status == 503);
    CHECK(refused.header("Retry-After") == "5");
  }
}

TEST_CASE("The access log has the status that a viewer got") {
  const bool tls = GENERATE(false, true);
  CAPTURE(tls);
  HttpdOptions options = watched();
  options.tls_site = ""; // mod_ssl has the TLS
  WatchedHub hub(options);
  {
    FlvViewer by_websocket(hub.endpoint(tls), websocket_request());
    REQUIRE(by_websocket.status() == 101);
    CHECK(by_websocket.sees(1));
    CHECK(by_websocket.is_answered("httpd has written nothing in between"));
    CHECK(hub.httpd().access_count("GET /live/cam.flv HTTP/1.1 101 ", 1) == 1);
  }
  FlvViewer viewer(hub.endpoint(tls), watch_request());
  REQUIRE(viewer.status() == 200);
  CHECK(viewer.sees(1));
  CHECK(hub.httpd().access_count("GET /live/cam.flv HTTP/1.1 200 ", 1) == 1);
  CHECK(hub.httpd().access_count("GET /live/cam.flv") == 2);
}

TEST_CASE("Over HTTP/2 a client is told to ask for a stream by HTTP/1.1, whatever the site's error documents are") {
  const std::string document = GENERATE("", "ErrorDocument 403 /denied.html\n");
  CAPTURE(document);
  HttpdOptions options = watched("event", "Protocols h2c http/1.1\n" + document);
  options.more_modules.emplace_back("http2");
  HttpdFixture httpd(options);
  write_file(httpd.document_root() / "denied.html", "not here\n");
  httpd.start();
  constexpr std::uint32_t kHttp11Required = 13;
  Http2Connection http2(httpd.plain());
  CHECK(http2.reset_code(http2.get("localhost", "/live/cam.flv", {})) == kHttp11Required);
  const auto page = http2.get("localhost", "/", {}); // the connection goes on
  CHECK(http2.is_ok(page));
  CHECK(http2.body(page) == kPageText);
}
