// SPDX-License-Identifier: Apache-2.0
// Streams of a real media server that are fetched once for all viewers: what viewers get, and what the server sees.
#include "hub/hub_site.hpp"
#include "hub/pulling_site.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/os/free_port.hpp"
#include "support/peers/counting_relay.hpp"
#include "support/sites/status_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <regex>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPlayed{5};

bool has_line(const std::string& text, const std::string& pattern) {
  return std::regex_search(text, std::regex(pattern));
}

// The pull of the one stream; empty when there is none.
ControlRow pull_of(const HttpdFixture& httpd) {
  const auto rows = Rtmptctl(httpd).rows("pulls");
  return rows.size() == 1 ? rows.front() : ControlRow{};
}

} // namespace

TEST_CASE("Many viewers of every kind are one player for the media server, and that leaves after the last of them") {
  PullingSite site;
  site.publish();
  CHECK(site.players() == 0);
  std::vector<std::unique_ptr<FfmpegPlayer>> players;
  for (const char* const scheme : {"rtmp", "rtmp", "rtmpt", "rtmps", "rtmpts"})
    players.push_back(std::make_unique<FfmpegPlayer>(site.url(scheme), kPlayed));
  LibrtmpPlayer librtmp(site.url("rtmp") + "?token=own", kPlayed);
  FlvViewer by_http = site.watch(watch_request());
  CAPTURE(by_http.head());
  REQUIRE(by_http.status() == 200);
  FlvViewer by_websocket = site.watch(websocket_request());
  REQUIRE(by_websocket.status() == 101);
  CHECK(by_http.sees(3 * kPictureRate));
  CHECK(by_websocket.sees(3 * kPictureRate));
  CHECK(by_http.flags() == 5);
  CHECK(site.players() == 1);
  const ControlRow pull = pull_of(site.httpd());
  CHECK(pull.at("STREAM") == "live/cam");
  CHECK(pull.at("BACKEND") == site.nginx().url());
  CHECK(pull.at("STATE") == "live");
  for (const auto& player : players) {
    INFO(player->log());
    CHECK(player->wait(Deadline(60s)) >= least_pictures(kPlayed));
  }
  CHECK(librtmp.join().complete);
  CHECK(librtmp.progress().pictures >= least_pictures(kPlayed));
  CHECK(site.players() == 1);
  by_http.close();
  by_websocket.close();
  eventually(
      "the media server's player has left", [&] { return site.players() == 0; }, Deadline(60s));
  CHECK(Rtmptctl(site.httpd()).rows("pulls").empty());
  CHECK(site.publisher().running());
}

TEST_CASE("Viewers stay while the media server is away, and see the rest") {
  PullingSite site("RTMPTHubWait 60s\n");
  site.httpd().error_log().allow("RTMPT601"); // while nginx is away
  site.httpd().error_log().allow("RTMPT316"); // so is the publisher's connection
  site.publish();
  FlvViewer by_http = site.watch(watch_request());
  REQUIRE(by_http.status() == 200);
  LibrtmpPlayer by_rtmp(site.url("rtmp"), 300s);
  CHECK(by_http.sees(kPictureRate));
  eventually("pictures are played", [&] { return by_rtmp.progress().pictures >= kPictureRate; });
  site.nginx().restart();
  site.stop_publishing();
  site.publish();
  const int before = by_rtmp.progress().pictures;
  CHECK(by_http.sees(by_http.pictures() + 3 * kPictureRate, Deadline(60s)));
  CHECK(happens([&] { return by_rtmp.progress().pictures >= before + kPictureRate; }, Deadline(60s)));
  CHECK(site.players() == 1);
}

TEST_CASE("Viewers of a stream that does not exist are told so") {
  PullingSite site({}, {"", "idle_streams off;"});
  site.publish();
  CHECK(HttpConnection(site.httpd().plain()).exchange(watch_request("other")).status == 404);
  CHECK(HttpConnection(site.httpd().plain()).exchange(websocket_request("other")).status == 404);
  LibrtmpPlayer player(site.url("rtmp", "other"), 300s);
  CHECK_FALSE(player.join().complete);
  CHECK(player.progress().pictures == 0);
  CHECK(site.watch(watch_request()).status() == 200);
}

TEST_CASE("A media server that lets viewers wait for a publisher is waited for, but not by viewers over HTTP") {
  PullingSite site;
  const HttpResponse missing = HttpConnection(site.httpd().plain()).exchange(watch_request());
  CHECK(missing.status == 404);
  CHECK(missing.header("Retry-After") == "2");
  LibrtmpPlayer early(site.url("rtmp"), kPlayed);
  eventually("the pull waits at nginx", [&] { return site.players() == 1; });
  site.publish();
  CHECK(early.join().complete);
  CHECK(early.progress().pictures >= least_pictures(kPlayed));
}

TEST_CASE("A rule keeps one viewer away and lets the others see") {
  PullingSite site("<Location \"/live\">\n<Limit PLAY>\nRequire expr \"%{QUERY_STRING} == 'pass=good'\"\n</Limit>\n"
                   "</Location>\n");
  site.httpd().error_log().expect("AH01630"); // httpd says so of each
  site.publish();
  LibrtmpPlayer good(site.url("rtmp") + "?pass=good", kPlayed);
  LibrtmpPlayer bad(site.url("rtmp") + "?pass=bad", kPlayed);
  CHECK_FALSE(bad.join().complete);
  CHECK(bad.progress().pictures == 0);
  CHECK(good.join().complete);
  CHECK(good.progress().pictures >= least_pictures(kPlayed));
  CHECK(site.watch(watch_request()).status() == 403);
}

TEST_CASE("Viewers leave no connection of their own at the media server") {
  NginxRtmp nginx;
  CountingRelay relay(nginx.port());
  HttpdFixture httpd(pulling_options("rtmp://127.0.0.1:" + std::to_string(relay.port()) + " retry=0 cache=on", {}));
  httpd.start();
  FfmpegPublisher publisher(nginx.stream_url("cam"), 60s);
  nginx.wait_for_stream("cam");
  const std::string url = "rtmp://localhost:" + std::to_string(httpd.plain().port) + "/live/cam";
  FlvViewer by_http(httpd.plain(), watch_request());
  REQUIRE(by_http.status() == 200);
  CHECK(by_http.sees(1));
  CHECK(relay.connections() == 1);
  std::vector<std::unique_ptr<LibrtmpPlayer>> players;
  for (int i = 0; i < 4; ++i)
    players.push_back(std::make_unique<LibrtmpPlayer>(url, 300s));
  for (const auto& player : players)
    eventually("pictures are played", [&] { return player->progress().pictures > 0; });
  eventually("the pull alone is left", [&] { return relay.open_connections() == 1; });
  CHECK(relay.connections() == 5);
  const auto before = relay.bytes_from_server();
  const int pictures = by_http.pictures();
  CHECK(by_http.sees(pictures + 2 * kPictureRate));
  CHECK(relay.bytes_from_server() > before);
  for (const auto& player : players)
    CHECK(player->progress().pictures > 0);
}

TEST_CASE("Viewers over HTTP get a fetched stream in each way that their connection allows") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  NginxRtmp nginx;
  auto options = pulling_options(nginx.url() + " cache=on");
  options.mpm = mpm;
  options.tls_site = ""; // mod_ssl has the TLS
  HttpdFixture httpd(options);
  httpd.start();
  FfmpegPublisher publisher(nginx.stream_url("cam"), 60s);
  nginx.wait_for_stream("cam");
  for (const Endpoint& endpoint : {httpd.plain(), httpd.tls()}) {
    CAPTURE(endpoint.tls);
    FlvViewer viewer(endpoint, watch_request());
    REQUIRE(viewer.status() == 200);
    CHECK(viewer.sees(kPictureRate));
    HttpConnection head(endpoint);
    CHECK(head.exchange("HEAD /live/cam.flv HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status == 200);
    CHECK(fetch(endpoint, "/").body == kPageText);
  }
  const auto statistics = nginx.stream("cam");
  REQUIRE(statistics);
  CHECK(statistics->clients == 2); // its publisher and the pull
}

TEST_CASE("A member of a balancer is pulled from, and another one when it is down") {
  NginxRtmp nginx;
  const std::string dead = "rtmp://127.0.0.1:" + std::to_string(free_port());
  auto options = pulling_options("balancer://media");
  options.global = "<Proxy \"balancer://media\">\nBalancerMember " + dead + " retry=60 cache=on\nBalancerMember " +
                   nginx.url() + " cache=on retry=60\nProxySet lbmethod=byrequests\n</Proxy>\n";
  HttpdFixture httpd(options);
  httpd.error_log().allow("RTMPT601|AH0|backend");
  httpd.start();
  FfmpegPublisher publisher(nginx.stream_url("cam"), 60s);
  nginx.wait_for_stream("cam");
  FlvViewer by_http(httpd.plain(), watch_request());
  REQUIRE(by_http.status() == 200);
  CHECK(by_http.sees(kPictureRate));
  LibrtmpPlayer player("rtmp://localhost:" + std::to_string(httpd.plain().port) + "/live/cam", kPlayed);
  CHECK(player.join().complete);
  CHECK(player.progress().pictures >= least_pictures(kPlayed));
  const auto statistics = nginx.stream("cam");
  REQUIRE(statistics);
  CHECK(statistics->clients == 2); // its publisher and the pull
}

TEST_CASE("configtest says what cache=on gives up, and where the key belongs") {
  struct Row {
    std::string lines;
    std::string global;
    int exit_code;
    std::string said; // empty: nothing about cache=
  };
  const std::string play_rule = "<Location \"/live\">\n<Limit PLAY>\nRequire local\n</Limit>\n</Location>\n";
  const std::string balancer = "<Proxy \"balancer://media\">\nBalancerMember rtmp://127.0.0.1 ";
  const Row table[] = {
      {"RTMPTProxyPass rtmp://127.0.0.1 cache=on\n", "", 0,
       "RTMPT604.*rtmp://127.0.0.1 sees one viewer of each stream.*httpd is asked about no stream"},
      {"RTMPTProxyPass rtmp://127.0.0.1 cache=on\nRTMPTAuthorize Off\n" + play_rule, "", 0, "RTMPT604"},
      {"RTMPTProxyPass rtmp://127.0.0.1 cache=on\n<Location \"/live\">\n<Limit PUBLISH>\nRequire local\n</Limit>\n"
       "</Location>\n",
       "", 0, "RTMPT604.*no Require line there is about PLAY"},
      {"RTMPTProxyPass rtmp://127.0.0.1 cache=on\nRTMPTWatch flv\n" + play_rule, "", 0, ""},
      {"RTMPTProxyPass rtmp://127.0.0.1 cache=off\n", "", 0, ""},
      {"RTMPTProxyPass rtmp://127.0.0.1\n", "", 0, ""},
      {"RTMPTProxyPass rtmp://127.0.0.1 retry=5 cache=on timeout=3\n" + play_rule, "", 0, ""},
      {"RTMPTProxyPass balancer://media\n", balancer + "cache=on retry=1\n</Proxy>\n", 0,
       "RTMPT604.*balancer://media sees one viewer"},
      {"RTMPTProxyPass balancer://media cache=on\n", balancer + "retry=1\n</Proxy>\n", 0, "RTMPT604"},
      {"RTMPTProxyPass balancer://media\n", balancer + "cache=off\n</Proxy>\n", 0, ""},
      {"RTMPTProxyPass rtmp://127.0.0.1 cache=yes\n", "", 1,
       "RTMPT603.*RTMPTProxyPass 'rtmp://127.0.0.1': cache=yes: expected cache=on or cache=off"},
      {"RTMPTProxyPass balancer://media\n", balancer + "cache=1\n</Proxy>\n", 1,
       "RTMPT603.*BalancerMember cache=1: expected cache=on or cache=off"},
      {"RTMPTProxyPass balancer://media\n",
       "<Proxy \"balancer://media\">\nBalancerMember http://127.0.0.1 cache=on\n</Proxy>\n", 1,
       "RTMPT603.*expected a media server"},
      {"ProxyPass / rtmp://127.0.0.1 cache=on\n", "", 1, "RTMPT603.*ProxyPass.*expected it with RTMPTProxyPass"},
      {"RTMPTProxyPass hub:main cache=on\n", "", 1, "RTMPT560.*expected nothing after the hub"},
  };
  for (const Row& row : table) {
    CAPTURE(row.lines, row.global, row.said);
    HttpdOptions options;
    options.site = row.lines;
    options.global = row.global;
    const HttpdFixture httpd(options);
    const CommandResult result = httpd.configtest();
    CAPTURE(result.output);
    CHECK((result.exit_code != 0) == (row.exit_code != 0));
    if (row.said.empty())
      CHECK_FALSE(has_line(result.output, "RTMPT60[0-9]"));
    else
      CHECK(has_line(result.output, row.said));
  }
}

TEST_CASE("A media server that speaks RTMPT hears that viewers and pulls have left") {
  HttpdFixture server(hub_options("event", "RTMPTSessionTimeout 2min\n"));
  server.start();
  FfmpegPublisher publisher(stream_url(server, "rtmp"), 120s);
  const auto sessions = [&] { return Rtmptctl(server).rows("sessions").size(); };
  eventually("the stream is published", [&] { return sessions() == 1; });
  HttpdFixture httpd(pulling_options("rtmpt://127.0.0.1:" + std::to_string(server.plain().port) + " cache=on"));
  httpd.start();
  FfmpegPlayer player(stream_url(httpd, "rtmp"), kPlayed);
  eventually("the viewer's own session has ended, and the pull's has not", [&] {
    const ControlRow pull = pull_of(httpd);
    return !pull.empty() && pull.at("STATE") == "live" && sessions() == 2;
  });
  CHECK(player.wait(Deadline(60s)) >= least_pictures(kPlayed));
  eventually(
      "the pull's session has ended", [&] { return sessions() == 1; }, Deadline(60s));
  CHECK(Rtmptctl(httpd).rows("pulls").empty());
}

TEST_CASE("The status page and the metrics tell a pull from a publisher") {
  PullingSite site(status_location());
  site.publish();
  FlvViewer viewer = site.watch(watch_request());
  REQUIRE(viewer.status() == 200);
  CHECK(viewer.sees(1));
  const auto status = await_status(site.httpd(), "there is a live pull", [](const boost::json::value& document) {
    const auto& pulls = document.at("pulls").as_array();
    return pulls.size() == 1 && pulls.front().at("state") == "live";
  });
  const auto& pull = status.at("pulls").as_array().front();
  CHECK(pull.at("stream") == "live/cam");
  CHECK(pull.at("virtual_host") == "localhost");
  CHECK(pull.at("viewers") == 1);
  CHECK(has_line(ask_status(site.httpd(), "?metrics").body, "rtmpt_pulls\\{virtual_host=\"localhost\",backend=\"" +
                                                                site.nginx().url() + "\",state=\"live\"\\} 1"));
}
