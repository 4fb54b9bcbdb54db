// SPDX-License-Identifier: Apache-2.0
// A real media server behind real TLS, as cloud services have it: ffmpeg and librtmp publish over RTMPT, and every
// picture is counted.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/flv.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/peers/tls_front.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// Published is until all players have had enough, however late they begin on a slow machine; this is the most.
constexpr std::chrono::seconds kPublished{60};
constexpr std::chrono::seconds kPlayed{4};

HttpdOptions site_for(const TlsFront& front) {
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + front.url() + "\nSSLProxyCACertificateFile " + front.certificate().string() + "\n";
  return options;
}

} // namespace

TEST_CASE("ffmpeg publishes over RTMPT and RTMPTS to an rtmps:// server, and plays from it") {
  const bool over_tls = GENERATE(false, true);
  CAPTURE(over_tls);
  const NginxRtmp media;
  const TlsFront front(media.port());
  HttpdFixture httpd(site_for(front));
  httpd.start();
  const auto tunnel = (over_tls ? "rtmpts://localhost:" + std::to_string(httpd.tls().port)
                                : "rtmpt://localhost:" + std::to_string(httpd.plain().port)) +
                      "/live/cam";
  LibrtmpPlayer witness(media.stream_url("cam"), kPublished + 60s); // past the tunnel
  eventually("the witness plays", [&] { return media.stream("cam").has_value(); });
  FfmpegPublisher publisher(tunnel, kPublished);
  media.wait_for_stream("cam");
  FfmpegPlayer player(tunnel, kPlayed);
  INFO(publisher.log() << player.log());
  CHECK(player.wait(Deadline(kPublished)) >= least_pictures(kPlayed));
  check_all_came(witness, publisher.finish(), kUnpostedByFfmpeg);
}

TEST_CASE("librtmp publishes over RTMPT to an rtmps:// server") {
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kPublished);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  const NginxRtmp media;
  const TlsFront front(media.port());
  HttpdFixture httpd(site_for(front));
  httpd.start();
  const auto tunnel = "rtmpt://localhost:" + std::to_string(httpd.plain().port) + "/live/cam";
  LibrtmpPublisher publisher(tunnel, tags, kPublished);
  media.wait_for_stream("cam");
  LibrtmpPlayer player(tunnel, kPlayed);
  const auto& played = player.join();
  CHECK(played.complete);
  CHECK(played.pictures >= least_pictures(kPlayed));
  CHECK(publisher.finish().complete);
}
