// SPDX-License-Identifier: Apache-2.0
// Real clients of RTMP on the ports where httpd serves pages, on each MPM. Counted is what arrived.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/picture_log.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/peers/node_rtmpt_server.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// Published is until all players have had enough, however late they begin on a slow machine; this is the most.
constexpr std::chrono::seconds kPublished{60};
constexpr std::chrono::seconds kPlayed{5};
constexpr int kFramesPlayed = least_pictures(kPlayed);
constexpr std::size_t kLeastSeen = 5 * kPictureRate;

template <class MediaServer>
HttpdOptions rtmp_site(const MediaServer& media, const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.site = "RTMPTProxyPass " + media.url() + "\nRTMPTAcceptRTMP On\n";
  return options;
}

std::string rtmp_url(const HttpdFixture& httpd, const std::string& name) {
  return "rtmp://localhost:" + std::to_string(httpd.plain().port) + "/live/" + name;
}

} // namespace

TEST_CASE("librtmp publishes and plays by RTMP through httpd's port, and every frame arrives") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  NginxRtmp media;
  HttpdFixture httpd(rtmp_site(media, mpm));
  httpd.start();
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 4s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  LibrtmpPlayer witness(media.stream_url("cam"), kPublished + 60s);
  eventually("the witness plays", [&] { return media.stream("cam").has_value(); });

  LibrtmpPublisher publisher(rtmp_url(httpd, "cam"), tags, kPublished);
  media.wait_for_stream("cam");
  LibrtmpPlayer player(rtmp_url(httpd, "cam"), kPlayed);
  CHECK(player.join().complete);
  CHECK(player.progress().pictures >= kFramesPlayed);
  CHECK(publisher.finish().complete);
  check_all_came(witness, publisher.progress().pictures);
}

TEST_CASE("A client of RTMP reaches a real server that speaks RTMPT, and no picture is lost either way") {
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kPublished);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  const PictureIndex pictures(tags);
  NodeRtmptServer media;
  HttpdFixture httpd(rtmp_site(media, "event"));
  httpd.start();
  FfmpegPublisher publisher(rtmp_url(httpd, "cam"), kPublished);
  media.wait_for_stream("cam");
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  WatchingPlayer direct(media.stream_url("cam"), kPublished + 30s, pictures);
  WatchingPlayer player(rtmp_url(httpd, "cam"), kPublished + 30s, pictures);
  for (auto* witness : {&direct, &player})
    CHECK(witness->has_seen(kLeastSeen));
  const int frames = publisher.finish();
  for (auto* witness : {&direct, &player})
    CHECK(witness->complaint_once_seen(frames - 1, kLeastSeen) == "");
}
