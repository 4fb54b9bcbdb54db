// A real server that speaks RTMPT behind the tunnel, and real clients before it: ffmpeg and librtmp publish and play,
// and every picture is accounted for.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/picture_log.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/node_rtmpt_server.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPublished{12};
constexpr std::chrono::seconds kPlayed{5};
constexpr int kFramesPublished = static_cast<int>(kPublished.count()) * kPictureRate;
constexpr int kFramesPlayed = least_pictures(kPlayed);
// A player can only begin once the stream is there, and the machine may be slow.
constexpr std::size_t kLeastSeen = static_cast<std::size_t>(kFramesPublished) / 2;

// The site hands over under the name localhost and forwards under 127.0.0.1.
HttpdOptions site_for(const NodeRtmptServer& media) {
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + media.url() + "\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName 127.0.0.1\n  RTMPTProxyPass " + media.url() +
                       "\n  RTMPTHandOver Off\n</VirtualHost>\n";
  return options;
}

struct Tunnels {
  explicit Tunnels(const HttpdFixture& httpd)
      : handed_over("rtmpt://localhost:" + std::to_string(httpd.plain().port) + "/live/"),
        forwarded("rtmpt://127.0.0.1:" + std::to_string(httpd.plain().port) + "/live/"),
        over_tls("rtmpts://localhost:" + std::to_string(httpd.tls().port) + "/live/") {}

  std::string handed_over;
  std::string forwarded;
  std::string over_tls;
};

// What FfmpegPublisher sends as well: the same encoder makes the same pictures.
struct Sample {
  Sample() : tags(read()), pictures(tags) {}

  static std::vector<FlvTag> read() {
    const TempDir dir;
    make_flv(dir.path() / "sample.flv", kPublished);
    return read_flv(read_file(dir.path() / "sample.flv"));
  }

  std::vector<FlvTag> tags;
  PictureIndex pictures;
};

// A player that comes before the first picture gets what this server makes of that: other bytes.
template <class Frames>
void wait_for_media(const NodeRtmptServer& media, const std::string& name, Frames frames) {
  media.wait_for_stream(name);
  eventually("pictures are published to '" + name + "'", [&] { return frames() >= kPictureRate; });
}

// Long enough for everything that is published.
WatchingPlayer watch(const std::string& url, const Sample& sample) {
  return WatchingPlayer(url, kPublished + 30s, sample.pictures);
}

} // namespace

TEST_CASE("ffmpeg publishes to a real RTMPT server through the tunnel, and no picture is lost on the way to a player") {
  const Sample sample;
  NodeRtmptServer media;
  HttpdFixture httpd(site_for(media));
  httpd.start();
  const Tunnels tunnels(httpd);
  FfmpegPublisher taken(tunnels.handed_over + "taken", kPublished);
  FfmpegPublisher kept(tunnels.forwarded + "kept", kPublished);
  FfmpegPublisher secret(tunnels.over_tls + "secret", kPublished);
  wait_for_media(media, "taken", [&] { return taken.frames(); });
  wait_for_media(media, "kept", [&] { return kept.frames(); });
  wait_for_media(media, "secret", [&] { return secret.frames(); });
  // Past the tunnel, and through it.
  auto taken_witness = watch(media.stream_url("taken"), sample);
  auto kept_witness = watch(media.stream_url("kept"), sample);
  auto secret_witness = watch(media.stream_url("secret"), sample);
  auto tunnel_witness = watch(tunnels.handed_over + "kept", sample);
  FfmpegPlayer taken_player(tunnels.handed_over + "secret", kPlayed);
  FfmpegPlayer kept_player(tunnels.forwarded + "taken", kPlayed);

  for (auto* player : {&taken_player, &kept_player}) {
    const int frames = player->wait(Deadline(30s));
    INFO(player->log());
    CHECK(frames >= kFramesPlayed);
  }
  for (auto* publisher : {&taken, &kept, &secret}) {
    const int frames = publisher->wait(Deadline(40s));
    INFO(publisher->log());
    CHECK(frames == kFramesPublished);
  }
  for (auto* witness : {&taken_witness, &kept_witness, &secret_witness, &tunnel_witness})
    CHECK(witness->complaint_once_seen(kFramesPublished - 1, kLeastSeen) == "");
}

TEST_CASE(
    "librtmp publishes to a real RTMPT server through the tunnel, and no picture is lost on the way to a player") {
  const Sample sample;
  NodeRtmptServer media;
  HttpdFixture httpd(site_for(media));
  httpd.start();
  const Tunnels tunnels(httpd);
  LibrtmpPublisher taken(tunnels.handed_over + "taken", sample.tags, kPublished - 100ms);
  LibrtmpPublisher kept(tunnels.forwarded + "kept", sample.tags, kPublished - 100ms);
  wait_for_media(media, "taken", [&] { return taken.progress().pictures.load(); });
  wait_for_media(media, "kept", [&] { return kept.progress().pictures.load(); });
  auto taken_witness = watch(media.stream_url("taken"), sample);
  auto kept_witness = watch(media.stream_url("kept"), sample);
  auto taken_tunnel_witness = watch(tunnels.handed_over + "taken", sample);
  auto kept_tunnel_witness = watch(tunnels.forwarded + "kept", sample);

  CHECK(taken.join().complete);
  CHECK(kept.join().complete);
  for (auto* witness : {&taken_witness, &taken_tunnel_witness})
    CHECK(witness->complaint_once_seen(taken.progress().pictures - 1, kLeastSeen) == "");
  for (auto* witness : {&kept_witness, &kept_tunnel_witness})
    CHECK(witness->complaint_once_seen(kept.progress().pictures - 1, kLeastSeen) == "");
}

TEST_CASE("ffmpeg and librtmp play what was published straight to a real RTMPT server, and no picture is lost") {
  const Sample sample;
  NodeRtmptServer media;
  HttpdFixture httpd(site_for(media));
  httpd.start();
  const Tunnels tunnels(httpd);
  FfmpegPublisher publisher(media.stream_url("straight"), kPublished);
  wait_for_media(media, "straight", [&] { return publisher.frames(); });
  auto direct = watch(media.stream_url("straight"), sample);
  auto taken = watch(tunnels.handed_over + "straight", sample);
  auto kept = watch(tunnels.forwarded + "straight", sample);
  FfmpegPlayer taken_player(tunnels.handed_over + "straight", kPlayed);
  FfmpegPlayer kept_player(tunnels.forwarded + "straight", kPlayed);
  FfmpegPlayer secret_player(tunnels.over_tls + "straight", kPlayed);

  for (auto* player : {&taken_player, &kept_player, &secret_player}) {
    const int frames = player->wait(Deadline(30s));
    INFO(player->log());
    CHECK(frames >= kFramesPlayed);
  }
  CHECK(publisher.wait(Deadline(40s)) == kFramesPublished);
  for (auto* witness : {&direct, &taken, &kept})
    CHECK(witness->complaint_once_seen(kFramesPublished - 1, kLeastSeen) == "");
}
