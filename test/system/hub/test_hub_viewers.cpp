// SPDX-License-Identifier: Apache-2.0
// What holds for those who play by RTMP holds for viewers by HTTP: tokens, callbacks, limits, places.
#include "hub/watched_hub.hpp"
#include "local/keyed_digest.hpp"
#include "support/clients/http_connection.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"

#include <rtmpt_proxy/policy/tokens/stream_token.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace policy = rtmpt_proxy::policy;
namespace fs = std::filesystem;

namespace {

std::string with_query(const std::string& query) {
  return "GET /live/cam.flv?" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string token_for(const policy::TokenKeys& keys, const std::string& path) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  return policy::signed_query(keys[0], {"PLAY", "localhost", path, static_cast<std::uint64_t>(now.count()) + 600, {}},
                              rtmpt_proxy::local::keyed_digest);
}

// For viewers alone: publishers need none.
std::string rule_for(const std::string& methods, const std::string& rule) {
  return "<Location \"/live\">\n<Limit " + methods + ">\n" + rule + "</Limit>\n</Location>\n";
}

} // namespace

TEST_CASE("A token opens a stream by HTTP, wherever its rule stands") {
  const std::string methods = GENERATE("GET", "PLAY", "GET PLAY");
  CAPTURE(methods);
  const TempDir dir;
  const policy::TokenKeys keys{{"a", "hushhush-0123456789abcdef-0123456789abcdef"}};
  write_file(dir.path() / "keys", keys[0].id + " " + keys[0].secret + "\n");
  fs::permissions(dir.path() / "keys", fs::perms(0600));
  const std::string rule = rule_for(methods, "Require stream-token\n");
  WatchedHub hub(watched("event", "RTMPTTokenKeys " + (dir.path() / "keys").string() + "\n" + rule));
  hub.httpd().error_log().allow("AH01630");
  CHECK(hub.status_of(watch_request()) == 403);
  CHECK(hub.status_of(with_query(token_for(keys, "/live/other"))) == 403);
  FlvViewer viewer(hub.httpd().plain(), with_query(token_for(keys, "/live/cam")));
  REQUIRE(viewer.status() == 200);
  CHECK(viewer.sees(kPictureRate));
  hub.httpd().error_log().wait_for("it has no token");
}

TEST_CASE("A program is asked once about a viewer by HTTP, wherever its rule stands") {
  const std::string methods = GENERATE("GET", "PLAY", "GET PLAY");
  CAPTURE(methods);
  const TempDir dir;
  fs::permissions(dir.path(), fs::perms(0777));
  const fs::path program = dir.path() / "stream.sh";
  const fs::path forms = dir.path() / "forms";
  write_file(program, "#!/bin/sh\nform=$(head -c \"$CONTENT_LENGTH\")\necho \"$form\" >>\"" + forms.string() +
                          "\"\ncase \"$form\" in *key=good*) printf 'Status: 204\\n\\n' ;;\n"
                          "*) printf 'Status: 403\\n\\n' ;; esac\n");
  fs::permissions(program, fs::perms(0755));
  const std::string rule = rule_for(methods, "Require stream-callback /hooks/stream\n");
  HttpdOptions options =
      watched("event", "ScriptAlias /hooks/stream " + program.string() + "\n<Location \"/hooks\">\n" +
                           "Require expr \"%{IS_SUBREQ} == 'true'\"\n</Location>\n" + rule);
  options.more_modules.emplace_back("cgid");
  options.global =
      "ScriptSock @ROOT@/logs/cgid.sock\n<Directory " + dir.path().string() + ">\nRequire all granted\n</Directory>\n";
  WatchedHub hub(options);
  hub.httpd().error_log().allow("AH01630");
  FlvViewer viewer(hub.httpd().plain(), with_query("key=good"));
  REQUIRE(viewer.status() == 200);
  CHECK(viewer.sees(kPictureRate));
  CHECK(hub.status_of(with_query("key=bad")) == 403);
  const auto asked = lines_of(read_file(forms));
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].ends_with("&call=play&name=cam&key=good"));
  CHECK(asked[0].find("app=live&") == 0);
}

TEST_CASE("RTMPTMaxViewers counts viewers by HTTP and by RTMP together") {
  WatchedHub hub(watched("event", "RTMPTMaxViewers 2\n"));
  FfmpegPlayer by_rtmp(stream_url(hub.httpd(), "rtmp"), 60s);
  const SessionLogFile log(hub.httpd().root() / "logs/session.log");
  eventually("it plays", [&] { return by_rtmp.frames() > 0; });
  {
    FlvViewer by_http(hub.httpd().plain(), watch_request());
    REQUIRE(by_http.status() == 200);
    CHECK(by_http.sees(1));
    CHECK(hub.status_of(websocket_request()) == 503);
    CHECK(hub.status_of(watch_request()) == 503);
  }
  hub.httpd().error_log().wait_for("RTMPT569: 503 for the viewer 127.0.0.1: as many play the stream as may");
  // The place of one who has left is free again.
  eventually("another one gets in",
             [&] { return FlvViewer(hub.httpd().plain(), websocket_request()).status() == 101; });
}

TEST_CASE("A viewer by HTTP gets the hub of the stream's place") {
  HttpdOptions options = watched("event", "<Location \"/live\">\nRTMPTProxyPass hub:studio\n</Location>\n"
                                          "<Location \"/live/away.flv\">\nRTMPTProxyPass !\n</Location>\n");
  WatchedHub hub(options);
  FlvViewer viewer(hub.httpd().plain(), watch_request());
  REQUIRE(viewer.status() == 200);
  CHECK(viewer.sees(kPictureRate));
  CHECK(hub.status_of(watch_request("away")) == 404);
}

TEST_CASE("A viewer by HTTP gets the hub of the stream's place also where other streams go to a media server") {
  HttpdOptions options = watched("event", "<Location \"/live\">\nRTMPTProxyPass hub:studio\n</Location>\n");
  options.site = replace_all(options.site, "RTMPTProxyPass hub:main\n", "RTMPTProxyPass rtmp://127.0.0.1:1\n");
  WatchedHub hub(options);
  FlvViewer viewer(hub.httpd().plain(), watch_request());
  REQUIRE(viewer.status() == 200);
  CHECK(viewer.sees(kPictureRate));
  CHECK(hub.status_of("GET /other/cam.flv HTTP/1.1\r\nHost: localhost\r\n\r\n") == 404);
}

TEST_CASE("A viewer whose TLS ends at the gateway is handed over: graceful and restart do not touch it") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  const bool by_websocket = GENERATE(false, true);
  CAPTURE(mpm, by_websocket);
  WatchedHub hub(watched(mpm));
  FlvViewer viewer(hub.httpd().tls(), by_websocket ? websocket_request() : watch_request());
  REQUIRE(viewer.status() == (by_websocket ? 101 : 200));
  CHECK(viewer.sees(kPictureRate));
  if (by_websocket) CHECK(viewer.is_answered("ping"));
  hub.httpd().graceful();
  CHECK(viewer.sees(viewer.pictures() + kPictureRate));
  hub.httpd().restart();
  CHECK(viewer.sees(viewer.pictures() + kPictureRate));
  viewer.close();
  eventually("it has left", [&] { return !read_file(hub.httpd().root() / "logs/session.log").empty(); });
  CHECK(lines_of(read_file(hub.httpd().root() / "logs/session.log")).size() == 1);
}
