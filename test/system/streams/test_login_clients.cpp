// SPDX-License-Identifier: Apache-2.0
// Real encoders and players that log in by Adobe's authmod, against a file of htdigest. Counted is what arrived.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/file_player.hpp"
#include "support/clients/gstreamer.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/child_process.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPublished{12};
constexpr std::chrono::seconds kPlayed{4};
constexpr int kPictures = static_cast<int>(kPublished.count()) * kPictureRate;
constexpr const char* kRight = "alice:right-hushhush@";
constexpr const char* kWrong = "alice:wrong-hushhush@";
constexpr const char* kNone = "";

const std::string kForPublishers = "<Limit PUBLISH>\nRequire user alice\n</Limit>\n";
const std::string kForAll = "Require user alice\n";

HttpdOptions login_site(const NginxRtmp& media, const std::string& require) {
  HttpdOptions options;
  options.more_modules = {"authn_file", "auth_digest", "authz_user"};
  options.site = "RTMPTProxyPass " + media.url() +
                 "\nRTMPTAcceptRTMP On\nRTMPTAdobeLogin On\n"
                 "RTMPTSessionLog logs/session.log \"user=%u %h\"\n<Location \"/live\">\n"
                 "AuthType Digest\nAuthName \"Studio 1\"\nAuthDigestProvider file\nAuthUserFile @ROOT@/streamers\n" +
                 require + "</Location>\n";
  options.tls_site = "RTMPTTerminateTLS gateway\n";
  return options;
}

class LoginSite {
 public:
  LoginSite(std::string scheme, const std::string& require)
      : scheme_(std::move(scheme)), httpd_(login_site(media_, require)) {
    // htdigest's line for alice, "Studio 1", right-hushhush
    write_file(httpd_.root() / "streamers", "alice:Studio 1:664de1f861ffb8280a5c52f433892115\n");
    httpd_.start();
    httpd_.error_log().allow("RTMPT193: 401 .* which would (speak RTMP to|connect by RTMPT to|publish|play) /?live");
    httpd_.error_log().allow("AH01631");
  }

  // `credentials`: "user:password@"
  std::string url(const std::string& credentials) const {
    const std::uint16_t port = scheme_.ends_with('s') ? httpd_.tls().port : httpd_.plain().port;
    return scheme_ + "://" + credentials + "localhost:" + std::to_string(port) + "/live/stage";
  }

  std::string direct_url() const { return media_.stream_url("stage"); }
  void await_witness() {
    eventually("the witness waits", [&] { return media_.stream("stage").has_value(); });
  }
  void check_nothing_came(const LibrtmpPlayer& witness) {
    const auto stream = media_.stream("stage");
    REQUIRE(stream);
    CHECK_FALSE(stream->publishing);
    CHECK(stream->bytes_in == 0);
    CHECK(witness.progress().tags == 0);
  }

  // Nothing secret is in any log, the media server's included, and the session log tells who published.
  void check_logs() {
    eventually("the session log tells alice",
               [&] { return read_file(httpd_.root() / "logs/session.log").find("user=alice ") != std::string::npos; });
    httpd_.stop();
    for (const auto& file : std::filesystem::recursive_directory_iterator(httpd_.root() / "logs")) {
      if (!file.is_regular_file()) continue;
      CAPTURE(file.path().string());
      const std::string text = read_file(file.path());
      for (const std::string secret : {"hushhush", "response=", "opaque="})
        CHECK(text.find(secret) == std::string::npos);
    }
  }

  NginxRtmp& media() { return media_; }
  HttpdFixture& httpd() { return httpd_; }

 private:
  std::string scheme_;
  NginxRtmp media_;
  HttpdFixture httpd_;
};

void check_says(const std::string& log, const std::string& words) {
  CAPTURE(log);
  CHECK(log.find(words) != std::string::npos);
}

void check_all_arrived(const LibrtmpPlayer& witness, int pictures) {
  CHECK(pictures > 0);
  happens([&] { return witness.progress().pictures >= pictures; });
  CHECK(witness.progress().pictures == pictures);
}

} // namespace

TEST_CASE("ffmpeg logs in with user:password@ to publish, and says why not without them") {
  const std::string scheme = GENERATE("rtmp", "rtmpt", "rtmps");
  CAPTURE(scheme);
  LoginSite site(scheme, kForPublishers);
  LibrtmpPlayer witness(site.direct_url(), kPublished + 90s);
  site.await_witness();
  {
    FfmpegPublisher refused(site.url(kNone), 30s);
    refused.wait(Deadline(25s));
    check_says(refused.log(), "Server error: [ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ");
    check_says(refused.log(), "No credentials set");
  }
  {
    FfmpegPublisher refused(site.url(kWrong), 30s);
    refused.wait(Deadline(25s));
    check_says(refused.log(), "Incorrect username/password");
  }
  site.check_nothing_came(witness);
  FfmpegPublisher publisher(site.url(kRight), kPublished);
  site.media().wait_for_stream("stage");
  FfmpegPlayer player(site.url(kNone), kPlayed); // watching needs no password here
  CHECK(player.wait(Deadline(40s)) >= least_pictures(kPlayed));
  CHECK(publisher.wait(Deadline(40s)) == kPictures);
  check_all_arrived(witness, kPictures);
  site.check_logs();
}

TEST_CASE("ffmpeg logs in with user:password@ to play, where every client has to") {
  const std::string scheme = GENERATE("rtmp", "rtmpt", "rtmps");
  CAPTURE(scheme);
  LoginSite site(scheme, kForAll);
  FfmpegPublisher publisher(site.url(kRight), kPublished + 4s);
  site.media().wait_for_stream("stage");
  FfmpegPlayer player(site.url(kRight), kPlayed);
  FfmpegPlayer wrong(site.url(kWrong), 30s);
  CHECK(wrong.wait(Deadline(25s)) == 0);
  check_says(wrong.log(), "Incorrect username/password");
  CHECK(player.wait(Deadline(40s)) >= least_pictures(kPlayed));
  CHECK(publisher.wait(Deadline(40s)) > kPictures);
  site.check_logs();
}

TEST_CASE("GStreamer logs in with user:password@, and says why not without the password") {
  const std::string scheme = GENERATE("rtmp", "rtmps");
  CAPTURE(scheme);
  LoginSite site(scheme, kForAll);
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kPublished);
  LibrtmpPlayer witness(site.direct_url(), kPublished + 90s);
  site.await_witness();
  for (const char* const credentials : {kNone, kWrong}) {
    CAPTURE(credentials);
    GstreamerPublisher refused(site.url(credentials), dir.path() / "sample.flv");
    CHECK(refused.wait(Deadline(25s)) != 0);
    check_says(refused.log(), credentials == kNone ? "Not authorized to connect" : "Not authorized to connect");
  }
  site.check_nothing_came(witness);
  GstreamerPublisher publisher(site.url(kRight), dir.path() / "sample.flv");
  site.media().wait_for_stream("stage");
  FilePlayer player(gstreamer, site.url(kRight));
  eventually("the player has pictures", [&] { return player.pictures() >= kPictureRate; });
  CHECK(publisher.wait(Deadline(40s)) == 0);
  check_all_arrived(witness, kPictures);
  site.check_logs();
}
