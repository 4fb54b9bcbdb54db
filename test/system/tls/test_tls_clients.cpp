// SPDX-License-Identifier: Apache-2.0
// Real encoders and players by RTMPS and RTMPTS on the port of https, where TLS ends at the gateway. Counted is every
// picture.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/file_player.hpp"
#include "support/clients/gstreamer.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// Published is until all players have had enough, however late they begin on a slow machine; this is the most.
constexpr std::chrono::seconds kPublished{60};
constexpr std::chrono::seconds kPlayed{5};

HttpdOptions site_for(const NginxRtmp& media, const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.site = "RTMPTProxyPass " + media.url() +
                 "\nRTMPTAcceptRTMP On\n"
                 "RTMPTSessionLog logs/session.log \"%{leg}r %{way}r %{stream}r %{tls_protocol}r\"\n";
  options.tls_site = "RTMPTTerminateTLS gateway\n";
  return options;
}

std::string url(const HttpdFixture& httpd, const std::string& scheme, const std::string& name) {
  return scheme + "://localhost:" + std::to_string(httpd.tls().port) + "/live/" + name;
}

} // namespace

TEST_CASE("ffmpeg publishes and plays by RTMPS and RTMPTS through graceful and restart, and every picture arrives") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  NginxRtmp media;
  HttpdFixture httpd(site_for(media, mpm));
  httpd.start();
  LibrtmpPlayer witness(media.stream_url("rtmps"), kPublished + 60s);
  LibrtmpPlayer tunnel_witness(media.stream_url("rtmpts"), kPublished + 60s);
  eventually("the witnesses play", [&] { return media.stream("rtmps") && media.stream("rtmpts"); });
  FfmpegPublisher publisher(url(httpd, "rtmps", "rtmps"), kPublished);
  FfmpegPublisher tunnel_publisher(url(httpd, "rtmpts", "rtmpts"), kPublished);
  media.wait_for_stream("rtmps");
  media.wait_for_stream("rtmpts");
  FfmpegPlayer player(url(httpd, "rtmps", "rtmps"), kPlayed);
  FfmpegPlayer tunnel_player(url(httpd, "rtmpts", "rtmpts"), kPlayed);
  eventually("pictures come", [&] { return player.frames() > 0 && tunnel_player.frames() > 0; });
  httpd.graceful();
  httpd.restart();
  httpd.graceful();
  CHECK(player.wait(Deadline(kPublished)) >= least_pictures(kPlayed));
  CHECK(tunnel_player.wait(Deadline(kPublished)) >= least_pictures(kPlayed));
  check_all_came(witness, publisher.finish());
  check_all_came(tunnel_witness, tunnel_publisher.finish(), kUnpostedByFfmpeg);
  const SessionLogFile log(httpd.root() / "logs/session.log");
  int of_rtmps = 0;
  int of_rtmpts = 0;
  for (const std::string& line : log.wait_for(4)) {
    of_rtmps += line == "rtmps handed-over rtmps TLSv1.3";
    of_rtmpts += line.starts_with("rtmpts ") && line.find("handed-over rtmpts TLSv1.3") != std::string::npos;
  }
  CHECK(of_rtmps == 2);
  CHECK(of_rtmpts == 2);
}

TEST_CASE("librtmp publishes and plays by RTMPS and RTMPTS, and every picture arrives") {
  const std::string scheme = GENERATE("rtmps", "rtmpts");
  CAPTURE(scheme);
  NginxRtmp media;
  HttpdFixture httpd(site_for(media, "event"));
  httpd.start();
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 4s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  LibrtmpPlayer witness(media.stream_url("cam"), kPublished + 60s);
  eventually("the witness plays", [&] { return media.stream("cam").has_value(); });
  LibrtmpPublisher publisher(url(httpd, scheme, "cam"), tags, kPublished);
  media.wait_for_stream("cam");
  LibrtmpPlayer player(url(httpd, scheme, "cam"), kPlayed);
  CHECK(player.join().complete);
  CHECK(player.progress().pictures >= least_pictures(kPlayed));
  CHECK(publisher.finish().complete);
  check_all_came(witness, publisher.progress().pictures);
}

TEST_CASE("GStreamer publishes and plays by RTMPS through a restart, and every picture arrives") {
  constexpr std::chrono::seconds kLength{6};
  constexpr int kFrames = static_cast<int>(kLength.count()) * kPictureRate;
  const NginxRtmpOptions telling{"", "publish_notify on;"};
  NginxRtmp media(telling);
  HttpdFixture httpd(site_for(media, "event"));
  httpd.start();
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kLength);
  LibrtmpPlayer witness(media.stream_url("cam"), kLength + 60s);
  FilePlayer player(gstreamer, url(httpd, "rtmps", "cam"));
  eventually("all players wait for the stream", [&] {
    const auto stream = media.stream("cam");
    return stream && stream->clients == 2;
  });
  GstreamerPublisher publisher(url(httpd, "rtmps", "cam"), dir.path() / "sample.flv");
  eventually("pictures come", [&] { return player.pictures() > 0; });
  httpd.restart();
  CHECK(publisher.wait(Deadline(40s)) == 0);
  INFO(publisher.log());
  check_all_came(witness, kFrames);
  CHECK(happens([&] { return player.pictures() >= kFrames && !player.running(); }));
  CHECK(player.pictures() == kFrames);
}
