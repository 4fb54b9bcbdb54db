// SPDX-License-Identifier: Apache-2.0
// Real clients that speak RTMP and RTMPS to httpd's ports, and a real media server. Counted is what arrived.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// Published is until all players have had enough, however late they begin on a slow machine; this is the most.
constexpr std::chrono::seconds kPublished{60};
constexpr std::chrono::seconds kPlayed{5};
constexpr int kFramesPlayed = least_pictures(kPlayed);

HttpdOptions site_for(const NginxRtmp& media, const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.site = "RTMPTProxyPass " + media.url() + "\nRTMPTAcceptRTMP On\n";
  return options;
}

} // namespace

TEST_CASE("ffmpeg publishes and plays RTMP on httpd's ports through graceful and restart, and every frame arrives") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  NginxRtmp media;
  HttpdFixture httpd(site_for(media, mpm));
  httpd.start();
  const std::string plain_url = "rtmp://localhost:" + std::to_string(httpd.plain().port) + "/live/";
  const std::string tls_port_url = "rtmp://localhost:" + std::to_string(httpd.tls().port) + "/live/";
  const std::string tls_url = "rtmps://localhost:" + std::to_string(httpd.tls().port) + "/live/";
  const bool with_tls = mpm == "event";
  LibrtmpPlayer witness(media.stream_url("plain"), kPublished + 60s);
  eventually("the witness plays", [&] { return media.stream("plain").has_value(); });

  FfmpegPublisher plain(plain_url + "plain", kPublished);
  std::unique_ptr<FfmpegPublisher> tls;
  if (with_tls) tls = std::make_unique<FfmpegPublisher>(tls_url + "tls", kPublished);
  media.wait_for_stream("plain");
  if (tls) media.wait_for_stream("tls");
  std::vector<std::unique_ptr<FfmpegPlayer>> players;
  players.push_back(std::make_unique<FfmpegPlayer>(plain_url + "plain", kPlayed));
  players.push_back(std::make_unique<FfmpegPlayer>(tls_port_url + "plain", kPlayed));
  if (with_tls) players.push_back(std::make_unique<FfmpegPlayer>(tls_url + "plain", kPlayed));
  if (with_tls) players.push_back(std::make_unique<FfmpegPlayer>(plain_url + "tls", kPlayed));
  LibrtmpPlayer librtmp(plain_url + "plain", kPlayed);
  for (const auto& player : players)
    eventually("each player has pictures", [&] { return player->frames() > 0; });
  httpd.graceful();
  if (!with_tls) httpd.restart(); // which ends a stream inside TLS
  CHECK(fetch(httpd.plain(), "/").body == kPageText);

  for (const auto& player : players) {
    const int frames = player->wait(Deadline(kPublished));
    INFO(player->log());
    CHECK(frames >= kFramesPlayed);
  }
  check_all_came(witness, plain.finish());
  if (tls) CHECK(tls->finish() > 0);
  CHECK(httpd.access_count("OPEN /live HTTP/1.1 200", players.size()) >= players.size());
}

TEST_CASE("A client of RTMP that may not connect is told so") {
  NginxRtmp media;
  HttpdOptions options = site_for(media, "event");
  options.site += "<Location \"/live\">\nRequire all denied\n</Location>\n";
  HttpdFixture httpd(options);
  httpd.start();
  httpd.error_log().expect("RTMPT193");
  httpd.error_log().expect("AH01630");
  FfmpegPublisher refused("rtmp://localhost:" + std::to_string(httpd.plain().port) + "/live/x", kPublished);
  eventually("ffmpeg ends", [&] { return !refused.running(); });
  CHECK(refused.log().find("Access denied") != std::string::npos);
  CHECK_FALSE(media.stream("x"));
}
