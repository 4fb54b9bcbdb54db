// SPDX-License-Identifier: Apache-2.0
// Real clients, a real media server: ffmpeg and librtmp publish and play through the tunnel, handed over, pumped and
// forwarded, on each MPM. Counted is what arrived.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// Published is until all players have had enough, however late they begin on a slow machine; this is the most.
constexpr std::chrono::seconds kPublished{60};
constexpr std::chrono::seconds kPlayed{5};
// A player begins with a key frame, of which there is one a second, and ends by the stream's time.
constexpr int kFramesPlayed = least_pictures(kPlayed);

// The site hands over under the name localhost and forwards under 127.0.0.1.
HttpdOptions site_for(const NginxRtmp& media, const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.site = "RTMPTProxyPass " + media.url() + "\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName 127.0.0.1\n  RTMPTProxyPass " + media.url() +
                       "\n  RTMPTHandOver Off\n</VirtualHost>\n";
  return options;
}

struct TunnelUrls {
  std::string handed_over;
  std::string forwarded;
  std::string over_tls;
};

TunnelUrls urls_of(const HttpdFixture& httpd) {
  const auto port = std::to_string(httpd.plain().port);
  return {"rtmpt://localhost:" + port + "/live/", "rtmpt://127.0.0.1:" + port + "/live/",
          "rtmpts://localhost:" + std::to_string(httpd.tls().port) + "/live/"};
}

} // namespace

TEST_CASE("ffmpeg publishes and plays through the tunnel, handed over and over TLS, and every frame arrives") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  NginxRtmp media;
  HttpdFixture httpd(site_for(media, mpm));
  httpd.start();
  const auto urls = urls_of(httpd);
  LibrtmpPlayer plain_witness(media.stream_url("plain"), kPublished + 60s);
  LibrtmpPlayer tls_witness(media.stream_url("tls"), kPublished + 60s);
  const auto both_play = [&] { return media.stream("plain") && media.stream("tls"); };
  eventually("the witnesses play", both_play);

  FfmpegPublisher plain(urls.handed_over + "plain", kPublished);
  FfmpegPublisher tls(urls.over_tls + "tls", kPublished);
  media.wait_for_stream("plain");
  media.wait_for_stream("tls");
  FfmpegPlayer plain_player(urls.handed_over + "plain", kPlayed);
  FfmpegPlayer tls_player(urls.over_tls + "tls", kPlayed);
  FfmpegPlayer crossed_player(urls.handed_over + "tls", kPlayed);

  for (const auto* player : {&plain_player, &tls_player, &crossed_player})
    eventually("each player has pictures", [&] { return player->frames() > 0; });
  httpd.graceful(); // which none of them may notice

  for (auto* player : {&plain_player, &tls_player, &crossed_player}) {
    const int frames = player->wait(Deadline(kPublished));
    INFO(player->log());
    CHECK(frames >= kFramesPlayed);
  }
  {
    INFO("published handed over: " << plain.log());
    check_all_came(plain_witness, plain.finish(), kUnpostedByFfmpeg);
  }
  {
    INFO("published over TLS: " << tls.log());
    check_all_came(tls_witness, tls.finish(), kUnpostedByFfmpeg);
  }
  const auto seen = httpd.access_count("localhost:" + std::to_string(httpd.tls().port) + " POST /send/.* 200");
  if (mpm == "event")
    CHECK(seen == 0); // pumped
  else
    CHECK(seen > 20);
  CHECK(httpd.access_count("localhost:" + std::to_string(httpd.plain().port) + " POST /(send|idle)/.* 200") == 0);
}

TEST_CASE("librtmp publishes and plays through the tunnel, handed over and forwarded, and every frame arrives") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  NginxRtmp media;
  HttpdFixture httpd(site_for(media, mpm));
  httpd.start();
  const auto urls = urls_of(httpd);
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 4s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  LibrtmpPlayer taken_witness(media.stream_url("taken"), kPublished + 60s);
  LibrtmpPlayer kept_witness(media.stream_url("kept"), kPublished + 60s);
  const auto both_play = [&] { return media.stream("taken") && media.stream("kept"); };
  eventually("the witnesses play", both_play);

  LibrtmpPublisher taken(urls.handed_over + "taken", tags, kPublished);
  LibrtmpPublisher kept(urls.forwarded + "kept", tags, kPublished);
  media.wait_for_stream("taken");
  media.wait_for_stream("kept");
  LibrtmpPlayer taken_player(urls.handed_over + "taken", kPlayed);
  LibrtmpPlayer kept_player(urls.forwarded + "kept", kPlayed);
  LibrtmpPlayer crossed_player(urls.forwarded + "taken", kPlayed);

  for (auto* player : {&taken_player, &kept_player, &crossed_player}) {
    CHECK(player->join().complete);
    CHECK(player->progress().pictures >= kFramesPlayed);
  }
  for (auto* publisher : {&taken, &kept})
    CHECK(publisher->finish().complete);
  check_all_came(taken_witness, taken.progress().pictures);
  check_all_came(kept_witness, kept.progress().pictures);
  CHECK(httpd.access_count("^127.0.0.1:.* POST /send/.* 200", 101) > 100);
  CHECK(httpd.access_count("^localhost:.* POST /(send|idle)/.* 200") == 0);
}
