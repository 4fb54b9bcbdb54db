// SPDX-License-Identifier: Apache-2.0
// Streams of the hub over HTTP and WebSocket: who gets them, in which way, and how they end.
#include "hub/watched_hub.hpp"
#include "support/clients/http_connection.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kLong{120};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("A viewer by HTTP and one by WebSocket get a stream, with TLS and without, on each MPM") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  const bool tls = GENERATE(false, true);
  CAPTURE(mpm, tls);
  HttpdOptions options = watched(mpm);
  options.tls_site = ""; // mod_ssl has the TLS
  WatchedHub hub(options);
  FlvViewer viewer(hub.endpoint(tls), watch_request());
  CAPTURE(viewer.head());
  REQUIRE(viewer.status() == 200);
  CHECK(has(viewer.head(), "Content-Type: video/x-flv\r\n"));
  CHECK(viewer.sees(2 * kPictureRate));
  CHECK(viewer.flags() == 5);
  CHECK(fetch(hub.httpd().plain(), "/").body == kPageText);
  FlvViewer by_websocket(hub.endpoint(tls), websocket_request());
  CAPTURE(by_websocket.head());
  if (tls && mpm != "event") {
    CHECK(by_websocket.status() == 503);
    return;
  }
  REQUIRE(by_websocket.status() == 101);
  CHECK(has(by_websocket.head(), "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  CHECK(by_websocket.sees(2 * kPictureRate));
  CHECK(by_websocket.is_answered("are you there"));
  CHECK(fetch(hub.endpoint(tls), "/").body == kPageText);
}

TEST_CASE("ffmpeg plays a stream of the hub by http and https") {
  const std::string scheme = GENERATE("http", "https");
  CAPTURE(scheme);
  WatchedHub hub(watched());
  FfmpegPlayer player(stream_url(hub.httpd(), scheme, "cam.flv"), 5s);
  INFO(player.log());
  CHECK(player.wait(Deadline(60s)) >= least_pictures(5s));
}

TEST_CASE("A stream that nobody publishes is not found, and neither is a name that no stream has") {
  WatchedHub hub(watched());
  const HttpResponse missing = HttpConnection(hub.httpd().plain()).exchange(watch_request("other"));
  CHECK(missing.status == 404);
  CHECK(missing.header("Retry-After") == "2");
  CHECK(hub.status_of(websocket_request("other")) == 404);
  for (const std::string name : {"ca%20m", "%0a", "cam%00", "..%2fcam", "cam%31x", "%ff%fe'"}) {
    CAPTURE(name);
    const int status = hub.status_of(watch_request(name));
    CHECK((status == 404 || status == 400));
  }
  CHECK(hub.status_of("POST /live/cam.flv HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n") >= 400);
  CHECK(hub.status_of("GET /live/cam.flv HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx") == 400);
}

TEST_CASE("A file of the site goes before the stream of its name") {
  WatchedHub hub(watched());
  std::filesystem::create_directories(hub.httpd().document_root() / "live");
  write_file(hub.httpd().document_root() / "live/file.flv", "a file\n");
  CHECK(fetch(hub.httpd().plain(), "/live/file.flv").body == "a file\n");
}

TEST_CASE("HEAD and OPTIONS are answered without a viewer") {
  WatchedHub hub(watched("event", "RTMPTAllowOrigin https://page.example\n"));
  FlvViewer head(hub.httpd().plain(), "HEAD /live/cam.flv HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(head.status() == 200);
  CHECK(has(head.head(), "Content-Type: video/x-flv"));
  FlvViewer missing(hub.httpd().plain(), "HEAD /live/other.flv HTTP/1.1\r\nHost: localhost\r\n"
                                         "Origin: https://page.example\r\nConnection: close\r\n\r\n");
  CHECK(missing.status() == 404);
  CHECK(has(missing.head(), "Retry-After: 2\r\n"));
  CHECK(has(missing.head(), "Access-Control-Allow-Origin: https://page.example\r\n"));
  const auto preflight = [&](const std::string& origin) {
    return FlvViewer(hub.httpd().plain(), "OPTIONS /live/cam.flv HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin +
                                              "\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n");
  };
  const FlvViewer allowed = preflight("https://page.example");
  CHECK(allowed.status() == 204);
  CHECK(has(allowed.head(), "Access-Control-Allow-Origin: https://page.example"));
  CHECK(preflight("https://evil.example").status() == 403);
}

TEST_CASE("A page of another site is refused before anything is said about the stream") {
  WatchedHub hub(watched("event", "RTMPTAllowOrigin https://page.example\n"));
  for (const std::string name : {"cam", "other"})
    for (const std::string origin : {"https://evil.example", "null", "https://localhost"}) {
      CAPTURE(name, origin);
      CHECK(hub.status_of(watch_request(name, "Origin: " + origin + "\r\n")) == 403);
      CHECK(hub.status_of(websocket_request(name, "Origin: " + origin + "\r\n")) == 403);
    }
  FlvViewer allowed(hub.httpd().plain(), watch_request("cam", "Origin: https://page.example\r\n"));
  CHECK(allowed.status() == 200);
  CHECK(has(allowed.head(), "Access-Control-Allow-Origin: https://page.example\r\n"));
  FlvViewer own(hub.httpd().plain(), websocket_request("cam", "Origin: http://localhost\r\n"));
  CHECK(own.status() == 101);
}

TEST_CASE("RTMPTWatch says which forms there are") {
  const std::string form = GENERATE("flv", "ws", "Off");
  CAPTURE(form);
  WatchedHub hub(hub_options("event", "RTMPTWatch " + form + "\n"));
  CHECK(FlvViewer(hub.httpd().plain(), watch_request()).status() == (form == "flv" ? 200 : 404));
  CHECK(FlvViewer(hub.httpd().plain(), websocket_request()).status() == (form == "ws" ? 101 : 404));
}

TEST_CASE("An upgrade that is none is refused") {
  WatchedHub hub(watched());
  const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  CHECK(hub.status_of(watch_request("cam", upgrade)) == 400);
  const HttpResponse old =
      HttpConnection(hub.httpd().plain())
          .exchange(watch_request("cam", upgrade + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: "
                                                   "dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  CHECK(old.status == 426);
  CHECK(old.header("Sec-WebSocket-Version") == "13");
  CHECK(old.header("Upgrade") == "websocket"); // which 426 must say (RFC 9110, 15.5.22)
  CHECK(has(old.header("Connection").value_or(""), "Upgrade"));
}

TEST_CASE("A rule for the path or for PLAY keeps viewers away, and no query is in a log") {
  const std::string guard =
      GENERATE("<Location \"/live/cam.flv\">\nRequire expr \"%{QUERY_STRING} == 'key=hushhush'\"\n"
               "</Location>\n",
               "<Location \"/live/cam\">\n<Limit PLAY>\nRequire expr \"%{QUERY_STRING} == "
               "'key=hushhush'\"\n</Limit>\n</Location>\n");
  CAPTURE(guard);
  HttpdOptions options = watched("event", guard);
  options.tls_site = "";
  HttpdFixture httpd(options);
  httpd.error_log().expect("AH01630");
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), kLong);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  const std::string right = "GET /live/cam.flv?key=hushhush HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const Endpoint& endpoint : {httpd.plain(), httpd.tls()}) {
    CHECK(HttpConnection(endpoint).exchange(watch_request()).status == 403);
    CHECK(HttpConnection(endpoint).exchange(websocket_request()).status == 403);
    FlvViewer viewer(endpoint, right);
    REQUIRE(viewer.status() == 200);
    CHECK(viewer.sees(kPictureRate));
  }
  publisher.interrupt();
  httpd.stop();
  for (const auto& file : std::filesystem::recursive_directory_iterator(httpd.root() / "logs")) {
    if (!file.is_regular_file()) continue;
    CAPTURE(file.path().string());
    CHECK_FALSE(has(read_file(file.path()), "hushhush"));
  }
}

TEST_CASE("A password for PLAY is asked for by HTTP as by RTMP") {
  const std::string guard = "<Location \"/live/cam\">\n<Limit PLAY>\nAuthType Basic\nAuthName live\nAuthBasicProvider "
                            "file\nAuthUserFile @ROOT@/members\nRequire user alice\n</Limit>\n</Location>\n";
  WatchedHub hub(watched("event", guard));
  const HttpResponse refused = HttpConnection(hub.httpd().plain()).exchange(watch_request());
  CHECK(refused.status == 401);
  CHECK(has(refused.head, "WWW-Authenticate: Basic realm=\"live\""));
  FlvViewer viewer(hub.httpd().plain(), watch_request("cam", "Authorization: Basic YWxpY2U6cmlnaHQtaHVzaGh1c2g=\r\n"));
  CHECK(viewer.status() == 200);
  CHECK(viewer.sees(kPictureRate));
}

TEST_CASE("Viewers stay while the encoder reconnects, and are told the end when it does not come back") {
  HttpdFixture httpd(watched("event", "RTMPTHubWait 20s\n"));
  httpd.start();
  std::optional<FfmpegPublisher> publisher(std::in_place, stream_url(httpd, "rtmp"), 4s);
  eventually("pictures are published", [&] { return publisher->frames() >= kPictureRate; });
  FlvViewer viewer(httpd.plain(), watch_request());
  FlvViewer by_websocket(httpd.plain(), websocket_request());
  publisher->wait(Deadline(60s));
  publisher.emplace(stream_url(httpd, "rtmp"), 4s);
  CHECK(viewer.sees(4 * kPictureRate));
  CHECK(by_websocket.sees(4 * kPictureRate));
  publisher->wait(Deadline(60s));
  publisher.emplace(stream_url(httpd, "rtmp"), 4s);
  CHECK(viewer.sees(6 * kPictureRate));
  CHECK(by_websocket.sees(6 * kPictureRate));
  publisher->wait(Deadline(60s));
  CHECK(viewer.ends(Deadline(60s)));
  CHECK(by_websocket.ends(Deadline(60s)));
  CHECK(by_websocket.close_code() == 1000);
  CHECK(viewer.steps_back() == 0);
  CHECK(by_websocket.steps_back() == 0);
}

TEST_CASE("The session log and rtmptctl know viewers by HTTP, and an administrator ends them") {
  HttpdOptions options = watched();
  options.global = "RTMPTControlSocket @ROOT@/control.sock\n";
  WatchedHub hub(options);
  FlvViewer viewer(hub.httpd().plain(), watch_request());
  FlvViewer by_websocket(hub.httpd().plain(), websocket_request());
  CHECK(viewer.sees(1));
  CHECK(by_websocket.sees(1));
  viewer.close();
  by_websocket.send(client_frame(8, "\x03\xe8"));
  CHECK(by_websocket.ends());
  CHECK(by_websocket.close_code() == 1000);
  const SessionLogFile log(hub.httpd().root() / "logs/session.log");
  const auto lines = log.wait_for(2);
  for (const std::string leg : {"http", "ws"})
    CHECK(std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find("127.0.0.1 " + leg + " hub:main live/cam play ") == 0;
    }));
}

TEST_CASE("A client of WebSocket that breaks its rules is told so, and others go on") {
  WatchedHub hub(watched());
  FlvViewer good(hub.httpd().plain(), websocket_request());
  FlvViewer bad(hub.httpd().plain(), websocket_request());
  CHECK(bad.sees(1));
  bad.send("\x82\x01x"); // not masked
  CHECK(bad.ends());
  CHECK(bad.close_code() == 1002);
  CHECK(good.sees(kPictureRate));
}

TEST_CASE("RTMPTMaxSessions counts viewers by HTTP as well") {
  WatchedHub hub(watched("event", "RTMPTMaxSessions 2\n"));
  FlvViewer first(hub.httpd().plain(), watch_request()); // the publisher is the other one
  REQUIRE(first.status() == 200);
  CHECK(FlvViewer(hub.httpd().plain(), websocket_request()).status() == 503);
}
