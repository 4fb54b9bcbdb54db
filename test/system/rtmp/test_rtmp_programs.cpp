// SPDX-License-Identifier: Apache-2.0
// GStreamer and rtmpdump, as people run them, on httpd's ports. Counted is every picture.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/file_player.hpp"
#include "support/clients/flv.hpp"
#include "support/clients/gstreamer.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPublished{6};
constexpr int kPictures = static_cast<int>(kPublished.count()) * kPictureRate;

// Tells players when a stream has ended; then they end, too.
const NginxRtmpOptions kTelling{"", "publish_notify on;"};

HttpdOptions site_for(const NginxRtmp& media, const std::string& mpm, const std::string& lines = {}) {
  HttpdOptions options;
  options.mpm = mpm;
  options.site = "RTMPTProxyPass " + media.url() + "\nRTMPTAcceptRTMP On\n" + lines;
  return options;
}

std::string rtmp_url(const HttpdFixture& httpd) {
  return "rtmp://localhost:" + std::to_string(httpd.plain().port) + "/live/cam";
}

std::string rtmps_url(const HttpdFixture& httpd) {
  return "rtmps://localhost:" + std::to_string(httpd.tls().port) + "/live/cam";
}

// Everybody plays before anything is published, so that each gets all of it.
void await_players(const NginxRtmp& media, int count) {
  eventually("all players wait for the stream", [&] {
    const auto stream = media.stream("cam");
    return stream && stream->clients == count;
  });
}

// rtmpdump writes its last pictures when it ends.
void check_pictures(FilePlayer& player) {
  happens([&] { return player.pictures() >= kPictures && !player.running(); });
  CAPTURE(player.log());
  CHECK_FALSE(player.running());
  CHECK(player.pictures() == kPictures);
}

} // namespace

TEST_CASE("GStreamer publishes and plays by RTMP, rtmpdump plays, and every picture arrives, over a graceful restart") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  NginxRtmp media(kTelling);
  HttpdFixture httpd(site_for(media, mpm));
  httpd.start();
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kPublished);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  REQUIRE(std::count_if(tags.begin(), tags.end(), [](const FlvTag& tag) { return is_picture(tag.bytes); }) ==
          kPictures);
  LibrtmpPlayer witness(media.stream_url("cam"), kPublished + 60s);
  FilePlayer player(gstreamer, rtmp_url(httpd));
  FilePlayer dump(rtmpdump, rtmp_url(httpd));
  await_players(media, 3);

  GstreamerPublisher publisher(rtmp_url(httpd), dir.path() / "sample.flv");
  eventually("pictures come", [&] { return player.pictures() > 0 && dump.pictures() > 0; });
  httpd.graceful();
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  CHECK(publisher.wait(Deadline(40s)) == 0);
  INFO(publisher.log());
  happens([&] { return witness.progress().pictures >= kPictures; });
  CHECK(witness.progress().pictures == kPictures);
  check_pictures(player);
  check_pictures(dump);
}

TEST_CASE("GStreamer publishes and plays by RTMPS on the port of https, and every picture arrives") {
  NginxRtmp media(kTelling);
  HttpdFixture httpd(site_for(media, "event"));
  httpd.start();
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kPublished);
  LibrtmpPlayer witness(media.stream_url("cam"), kPublished + 60s);
  FilePlayer player(gstreamer, rtmps_url(httpd));
  await_players(media, 2);

  GstreamerPublisher publisher(rtmps_url(httpd), dir.path() / "sample.flv");
  eventually("pictures come", [&] { return player.pictures() > 0; });
  CHECK(fetch(httpd.tls(), "/").body == kPageText);
  CHECK(publisher.wait(Deadline(40s)) == 0);
  INFO(publisher.log());
  happens([&] { return witness.progress().pictures >= kPictures; });
  CHECK(witness.progress().pictures == kPictures);
  check_pictures(player);
}

TEST_CASE("GStreamer and rtmpdump end and say why when httpd refuses them") {
  NginxRtmp media(kTelling);
  HttpdFixture httpd(site_for(media, "event", "<Location \"/live\">\nRequire all denied\n</Location>\n"));
  httpd.start();
  httpd.error_log().expect("RTMPT193");
  httpd.error_log().expect("AH01630");
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 1s);
  GstreamerPublisher publisher(rtmp_url(httpd), dir.path() / "sample.flv");
  FilePlayer player(gstreamer, rtmp_url(httpd));
  CHECK(publisher.wait(Deadline(30s)) != 0);
  eventually("the player ends", [&] { return !player.running(); });
  FilePlayer dump(rtmpdump, rtmp_url(httpd));
  eventually("rtmpdump ends", [&] { return !dump.running(); });
  for (const std::string& log : {publisher.log(), player.log()}) {
    CAPTURE(log);
    CHECK(log.find("Access denied.") != std::string::npos);
  }
  CAPTURE(dump.log());
  CHECK(dump.log().find("rtmp server sent error") != std::string::npos); // it shows no descriptions
  CHECK_FALSE(media.stream("cam"));
}
