// SPDX-License-Identifier: Apache-2.0
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

// Published is until all players have had enough, however late they begin on a slow machine; this is the most.
constexpr std::chrono::seconds kPublished{60};
constexpr std::chrono::seconds kPlayed{5};
constexpr int kFramesPlayed = least_pictures(kPlayed);
constexpr std::size_t kLeastSeen = 5 * kPictureRate;

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

void check_plays(FfmpegPlayer& player) {
  const int frames = player.wait(Deadline(kPublished));
  INFO(player.log());
  CHECK(frames >= kFramesPlayed);
}

// Ends a publisher when its witnesses have enough; each must have got all from its first picture to the last
// one sent, but for the `unposted` at the end.
template <class Publisher, class Sent>
void check_all_seen(Publisher& publisher, Sent sent, const std::vector<const WatchingPlayer*>& witnesses,
                    int unposted = 0) {
  for (const auto* const witness : witnesses)
    CHECK(witness->has_seen(kLeastSeen));
  publisher.finish();
  const int frames = sent();
  for (const auto* const witness : witnesses)
    CHECK(witness->complaint_once_seen(frames - 1, kLeastSeen, unposted) == "");
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

  check_plays(taken_player);
  check_plays(kept_player);
  check_all_seen(
      taken, [&] { return taken.frames(); }, {&taken_witness}, kUnpostedByFfmpeg);
  check_all_seen(
      kept, [&] { return kept.frames(); }, {&kept_witness, &tunnel_witness}, kUnpostedByFfmpeg);
  check_all_seen(
      secret, [&] { return secret.frames(); }, {&secret_witness}, kUnpostedByFfmpeg);
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

  check_all_seen(taken, [&] { return taken.progress().pictures.load(); }, {&taken_witness, &taken_tunnel_witness});
  check_all_seen(kept, [&] { return kept.progress().pictures.load(); }, {&kept_witness, &kept_tunnel_witness});
  CHECK(taken.progress().complete);
  CHECK(kept.progress().complete);
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

  for (auto* player : {&taken_player, &kept_player, &secret_player})
    check_plays(*player);
  check_all_seen(publisher, [&] { return publisher.frames(); }, {&direct, &taken, &kept});
}
