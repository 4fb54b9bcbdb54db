// SPDX-License-Identifier: Apache-2.0
// Real encoders and players, and no media server but the hub. Counted is what arrived.
#include "hub/hub_site.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/clients/file_player.hpp"
#include "support/clients/gstreamer.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/picture_log.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPublished{12};
constexpr std::chrono::seconds kPlayed{5};
constexpr int kPictures = static_cast<int>(kPublished.count()) * kPictureRate;

struct Legs {
  std::string mpm;
  std::string publishes;
  std::string plays;
};

void check_page(const HttpdFixture& httpd) {
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
}

} // namespace

TEST_CASE("ffmpeg publishes to the hub and plays from it, by every leg and on each MPM") {
  const Legs legs =
      GENERATE(Legs{"event", "rtmp", "rtmpt"}, Legs{"event", "rtmpt", "rtmps"}, Legs{"event", "rtmps", "rtmp"},
               Legs{"event", "rtmpts", "rtmpts"}, Legs{"worker", "rtmp", "rtmp"}, Legs{"worker", "rtmpt", "rtmpt"},
               Legs{"prefork", "rtmp", "rtmpts"}, Legs{"prefork", "rtmpts", "rtmpt"});
  CAPTURE(legs.mpm, legs.publishes, legs.plays);
  HttpdFixture httpd(hub_options(legs.mpm));
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, legs.publishes), kPublished);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  FfmpegPlayer player(stream_url(httpd, legs.plays), kPlayed);
  INFO(publisher.log() << player.log());
  CHECK(player.wait(Deadline(60s)) >= least_pictures(kPlayed));
  CHECK(publisher.wait(Deadline(60s)) == kPictures);
  check_page(httpd);
  const SessionLogFile log(httpd.root() / "logs/session.log");
  const auto lines = log.wait_for(2);
  const auto written = [](const std::string& leg, const std::string& kind) {
    return leg + " hub:main live/cam " + kind;
  };
  for (const std::string& wanted : {written(legs.publishes, "publish"), written(legs.plays, "play")})
    CHECK(std::any_of(lines.begin(), lines.end(),
                      [&](const std::string& line) { return line.find(wanted) != std::string::npos; }));
}

TEST_CASE("Every picture that is published reaches viewers of RTMP and RTMPT, in its order") {
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kPublished);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  const PictureIndex pictures(tags);
  HttpdFixture httpd(hub_options());
  httpd.start();
  // Viewers who come before the publisher wait for it.
  WatchingPlayer early(stream_url(httpd, "rtmp"), kPublished + 60s, pictures);
  WatchingPlayer early_by_rtmpt(stream_url(httpd, "rtmpt"), kPublished + 60s, pictures);
  LibrtmpPublisher publisher(stream_url(httpd, "rtmp"), tags, kPublished - 1s);
  eventually("pictures are published", [&] { return publisher.progress().pictures >= kPictureRate; });
  WatchingPlayer late(stream_url(httpd, "rtmp"), kPublished + 60s, pictures);
  CHECK(publisher.join().complete);
  const int last = publisher.progress().pictures - 1;
  for (auto* const player : {&early, &early_by_rtmpt})
    CHECK(player->complaint_once_seen(last, static_cast<std::size_t>(last)) == "");
  CHECK(late.complaint_once_seen(last, static_cast<std::size_t>(last) / 2) == "");
}

TEST_CASE("librtmp and GStreamer publish to the hub and play from it") {
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kPublished);
  const std::string scheme = GENERATE("rtmp", "rtmps");
  CAPTURE(scheme);
  HttpdFixture httpd(hub_options());
  httpd.start();
  GstreamerPublisher publisher(stream_url(httpd, scheme), dir.path() / "sample.flv");
  FilePlayer dump(rtmpdump, stream_url(httpd, "rtmpt"));
  FilePlayer player(gstreamer, stream_url(httpd, scheme));
  LibrtmpPlayer librtmp(stream_url(httpd, scheme), kPlayed);
  INFO(publisher.log());
  CHECK(publisher.wait(Deadline(60s)) == 0);
  CHECK(librtmp.join().complete);
  CHECK(librtmp.progress().pictures >= least_pictures(kPlayed));
  for (const FilePlayer* one : {&dump, &player}) {
    INFO(one->log());
    CHECK(happens([&] { return one->pictures() >= kPictures / 2; }));
  }
}

TEST_CASE("Viewers stay while the encoder reconnects with another picture, and see the rest") {
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 4s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  HttpdFixture httpd(hub_options("event", "RTMPTHubWait 60s\n"));
  httpd.start();
  const std::string mode = GENERATE("rtmp", "rtmpt");
  CAPTURE(mode);
  LibrtmpPlayer player(stream_url(httpd, mode), 300s);
  int before = 0;
  for (int time = 0; time < 3; ++time) {
    CAPTURE(time);
    LibrtmpPublisher publisher(stream_url(httpd, "rtmp"), tags, 4s);
    CHECK(publisher.join().complete);
    const int wanted = before + publisher.progress().pictures / 2;
    CHECK(happens([&] { return player.progress().pictures >= wanted; }));
    before = player.progress().pictures;
  }
  CHECK_FALSE(player.progress().complete);
}

TEST_CASE("A stream ends for its viewers when its publisher does not come back in time") {
  HttpdFixture httpd(hub_options("event", "RTMPTHubWait 1s\n"));
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), 4s);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  FfmpegPlayer player(stream_url(httpd, "rtmp"), 300s);
  eventually("pictures are played", [&] { return player.frames() > 0; });
  CHECK(publisher.wait(Deadline(60s)) == 4 * kPictureRate);
  player.wait(Deadline(60s));
  CHECK(player.frames() > 0);
}

TEST_CASE("Hubs of other names, and a virtual host's own, have other streams") {
  HttpdOptions options = hub_options();
  options.tls_site += "RTMPTProxyPass hub:\n";
  HttpdFixture httpd(options);
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), kPublished);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  FfmpegPlayer same(stream_url(httpd, "rtmpt"), kPlayed);
  LibrtmpPlayer other(stream_url(httpd, "rtmps"), 300s);
  CHECK(same.wait(Deadline(60s)) >= least_pictures(kPlayed));
  CHECK(other.progress().pictures == 0);
}

TEST_CASE("Streams of the hub live through graceful and restart") {
  HttpdFixture httpd(hub_options());
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), 20s);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  LibrtmpPlayer player(stream_url(httpd, "rtmp"), 300s);
  eventually("pictures are played", [&] { return player.progress().pictures > 0; });
  httpd.graceful();
  httpd.restart();
  const int before = player.progress().pictures;
  FfmpegPlayer later(stream_url(httpd, "rtmpt"), kPlayed); // a new viewer finds the stream
  CHECK(later.wait(Deadline(60s)) >= least_pictures(kPlayed));
  CHECK(player.progress().pictures >= before + least_pictures(kPlayed));
  CHECK(publisher.wait(Deadline(60s)) == 20 * kPictureRate);
}
