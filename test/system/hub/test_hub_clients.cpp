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

#include <algorithm>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPublished{8};
constexpr std::chrono::seconds kPlayed{4};
constexpr std::chrono::seconds kLong{300}; // longer than any case: who publishes so long is ended
constexpr int kPictures = static_cast<int>(kPublished.count()) * kPictureRate;

struct Legs {
  std::string publishes;
  std::string plays;
};

struct MpmLegs {
  std::string mpm;
  std::vector<Legs> legs; // all at the same time, each with a stream of its own
};

void check_page(const HttpdFixture& httpd) {
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
}

// A stream with its publisher, which publishes as long as this lives, and its player.
class CarriedStream {
 public:
  CarriedStream(const HttpdFixture& httpd, Legs legs, std::string name)
      : httpd_(httpd),
        legs_(std::move(legs)),
        name_(std::move(name)),
        publisher_(stream_url(httpd, legs_.publishes, name_), kLong) {}

  void play() {
    eventually("pictures are published", [&] { return publisher_.frames() >= kPictureRate; });
    player_.emplace(stream_url(httpd_, legs_.plays, name_), kPlayed);
  }

  void check_played() {
    CAPTURE(legs_.publishes, legs_.plays);
    const int played = player_->wait(Deadline(60s));
    INFO(publisher_.log() << player_->log());
    CHECK(played >= least_pictures(kPlayed));
    CHECK(publisher_.running());
    CHECK(publisher_.finish() >= played);
  }

  void check_logged(const std::vector<std::string>& lines) const {
    const std::string stream = " hub:main live/" + name_ + " ";
    for (const std::string& wanted : {legs_.publishes + stream + "publish", legs_.plays + stream + "play"}) {
      CAPTURE(wanted);
      CHECK(std::any_of(lines.begin(), lines.end(),
                        [&](const std::string& line) { return line.find(wanted) != std::string::npos; }));
    }
  }

 private:
  const HttpdFixture& httpd_;
  Legs legs_;
  std::string name_;
  FfmpegPublisher publisher_;
  std::optional<FfmpegPlayer> player_;
};

} // namespace

TEST_CASE("ffmpeg publishes to the hub and plays from it, by every leg and on each MPM") {
  const MpmLegs tried =
      GENERATE(MpmLegs{"event", {{"rtmp", "rtmpt"}, {"rtmpt", "rtmps"}, {"rtmps", "rtmp"}, {"rtmpts", "rtmpts"}}},
               MpmLegs{"worker", {{"rtmp", "rtmp"}, {"rtmpt", "rtmpt"}}},
               MpmLegs{"prefork", {{"rtmp", "rtmpts"}, {"rtmpts", "rtmpt"}}});
  CAPTURE(tried.mpm);
  HttpdFixture httpd(hub_options(tried.mpm));
  httpd.start();
  std::list<CarriedStream> streams;
  for (const Legs& legs : tried.legs)
    streams.emplace_back(httpd, legs, "cam" + std::to_string(streams.size()));
  for (CarriedStream& stream : streams)
    stream.play();
  for (CarriedStream& stream : streams)
    stream.check_played();
  check_page(httpd);
  const auto lines = SessionLogFile(httpd.root() / "logs/session.log").wait_for(2 * streams.size());
  for (const CarriedStream& stream : streams)
    stream.check_logged(lines);
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
  HttpdFixture httpd(hub_options());
  httpd.start();
  std::list<GstreamerPublisher> publishers;
  std::list<LibrtmpPlayer> librtmp;
  std::list<FilePlayer> programs;
  for (const std::string scheme : {"rtmp", "rtmps"}) {
    publishers.emplace_back(stream_url(httpd, scheme, scheme), dir.path() / "sample.flv");
    programs.emplace_back(rtmpdump, stream_url(httpd, "rtmpt", scheme));
    programs.emplace_back(gstreamer, stream_url(httpd, scheme, scheme));
    librtmp.emplace_back(stream_url(httpd, scheme, scheme), kPlayed);
  }
  for (GstreamerPublisher& publisher : publishers) {
    const int status = publisher.wait(Deadline(60s));
    INFO(publisher.log());
    CHECK(status == 0);
  }
  for (LibrtmpPlayer& player : librtmp) {
    CHECK(player.join().complete);
    CHECK(player.progress().pictures >= least_pictures(kPlayed));
  }
  for (const FilePlayer& player : programs) {
    INFO(player.log());
    CHECK(happens([&] { return player.pictures() >= kPictures / 2; }));
  }
}

TEST_CASE("Viewers stay while the encoder reconnects with another picture, and see the rest") {
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 3s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  HttpdFixture httpd(hub_options("event", "RTMPTHubWait 60s\n"));
  httpd.start();
  std::list<LibrtmpPlayer> players;
  std::vector<int> before{0, 0};
  for (const std::string mode : {"rtmp", "rtmpt"})
    players.emplace_back(stream_url(httpd, mode), kLong);
  for (int time = 0; time < 3; ++time) {
    CAPTURE(time);
    LibrtmpPublisher publisher(stream_url(httpd, "rtmp"), tags, 3s);
    CHECK(publisher.join().complete);
    auto seen = before.begin();
    for (const LibrtmpPlayer& player : players) {
      const int wanted = *seen + publisher.progress().pictures / 2;
      CHECK(happens([&] { return player.progress().pictures >= wanted; }));
      *seen++ = player.progress().pictures;
    }
  }
  for (const LibrtmpPlayer& player : players)
    CHECK_FALSE(player.progress().complete);
}

TEST_CASE("A stream ends for its viewers when its publisher does not come back in time") {
  HttpdFixture httpd(hub_options("event", "RTMPTHubWait 1s\n"));
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), 4s);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  FfmpegPlayer player(stream_url(httpd, "rtmp"), kLong);
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
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), kLong);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  FfmpegPlayer same(stream_url(httpd, "rtmpt"), kPlayed);
  LibrtmpPlayer other(stream_url(httpd, "rtmps"), kLong);
  CHECK(same.wait(Deadline(60s)) >= least_pictures(kPlayed));
  CHECK(other.progress().pictures == 0);
}

TEST_CASE("Streams of the hub live through graceful and restart") {
  HttpdFixture httpd(hub_options());
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), kLong);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  LibrtmpPlayer player(stream_url(httpd, "rtmp"), kLong);
  eventually("pictures are played", [&] { return player.progress().pictures > 0; });
  httpd.graceful();
  httpd.restart();
  const int before = player.progress().pictures;
  FfmpegPlayer later(stream_url(httpd, "rtmpt"), kPlayed); // a new viewer finds the stream
  CHECK(later.wait(Deadline(60s)) >= least_pictures(kPlayed));
  CHECK(player.progress().pictures >= before + least_pictures(kPlayed));
  CHECK(publisher.running());
  CHECK(publisher.finish() >= before + least_pictures(kPlayed));
}
