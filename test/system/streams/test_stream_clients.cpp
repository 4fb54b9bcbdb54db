// SPDX-License-Identifier: Apache-2.0
// Real encoders and players whom httpd lets publish and play, and whom it refuses. Counted is what arrived.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/file_player.hpp"
#include "support/clients/gstreamer.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/witness.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// Published is until all players have had enough, however late they begin on a slow machine; this is the most.
constexpr std::chrono::seconds kPublished{60};
constexpr std::chrono::seconds kPlayed{4};
constexpr const char* kRight = "stage?user=alice&pass=right-hushhush";
constexpr const char* kWrong = "stage?user=alice&pass=wrong-hushhush";
constexpr const char* kNone = "stage";

struct Leg {
  std::string mpm;
  std::string scheme;
  std::string tls_ends_at;
};

// Publishing and playing /live/stage needs alice's password.
HttpdOptions guarded_site(const NginxRtmp& media, const Leg& leg) {
  HttpdOptions options;
  options.mpm = leg.mpm;
  options.more_modules = {"authn_file", "auth_basic", "authz_user"};
  options.site = "RTMPTProxyPass " + media.url() +
                 "\nRTMPTAcceptRTMP On\nRTMPTSessionLog logs/session.log\n<Location \"/live/stage\">\n"
                 "<Limit PUBLISH PLAY>\nAuthType Basic\nAuthName stage\nAuthBasicProvider file\n"
                 "AuthUserFile @ROOT@/members\nRequire user alice\n</Limit>\n</Location>\n";
  options.tls_site = "RTMPTTerminateTLS " + leg.tls_ends_at + "\n";
  return options;
}

class GuardedSite {
 public:
  explicit GuardedSite(const Leg& leg) : scheme_(leg.scheme), httpd_(guarded_site(media_, leg)) {
    write_file(httpd_.root() / "members", "alice:{SHA}Hb/+2Uu2T+qIBSRw6h5YS9Wbb8U=\n");
    httpd_.start();
    for (const std::string line : {"RTMPT193: 401 .* which would (publish|play) live/stage", "AH01617: user alice"})
      httpd_.error_log().expect(line);
  }

  std::string url(const std::string& name) const {
    const std::uint16_t port = scheme_.ends_with('s') ? httpd_.tls().port : httpd_.plain().port;
    return scheme_ + "://localhost:" + std::to_string(port) + "/live/" + name;
  }

  // A player that goes past httpd, and waits until something is published.
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
    CHECK(fetch(httpd_.plain(), "/").body == kPageText);
  }

  void check_no_secret_in_logs() {
    httpd_.stop();
    for (const auto& file : std::filesystem::recursive_directory_iterator(httpd_.root() / "logs")) {
      if (!file.is_regular_file()) continue;
      CAPTURE(file.path().string());
      const std::string text = read_file(file.path());
      for (const std::string secret : {"hushhush", "YWxpY2U6"})
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

// Publishers that httpd refuses, at the same time.
void check_ffmpeg_refused(const GuardedSite& site) {
  FfmpegPublisher unnamed(site.url(kNone), 30s);
  FfmpegPublisher mistaken(site.url(kWrong), 30s);
  for (FfmpegPublisher* const refused : {&unnamed, &mistaken}) {
    refused->wait(Deadline(kPublished));
    check_says(refused->log(), "Server error: Access denied.");
  }
}

} // namespace

TEST_CASE("ffmpeg publishes and plays with the right password, and says why not without it") {
  const Leg leg =
      GENERATE(Leg{"event", "rtmp", "gateway"}, Leg{"event", "rtmpt", "gateway"}, Leg{"event", "rtmps", "gateway"},
               Leg{"event", "rtmpts", "gateway"}, Leg{"event", "rtmps", "httpd"}, Leg{"event", "rtmpts", "httpd"},
               Leg{"worker", "rtmp", "gateway"}, Leg{"worker", "rtmpts", "gateway"}, Leg{"prefork", "rtmps", "gateway"},
               Leg{"prefork", "rtmpt", "gateway"});
  CAPTURE(leg.mpm, leg.scheme, leg.tls_ends_at);
  GuardedSite site(leg);
  LibrtmpPlayer witness(site.direct_url(), kPublished + 90s);
  site.await_witness();
  check_ffmpeg_refused(site);
  site.check_nothing_came(witness);

  FfmpegPublisher publisher(site.url(kRight), kPublished);
  site.media().wait_for_stream("stage");
  FfmpegPlayer player(site.url(kRight), kPlayed);
  FfmpegPlayer unnamed(site.url(kNone), 30s);
  FfmpegPlayer mistaken(site.url(kWrong), 30s);
  for (FfmpegPlayer* const refused : {&unnamed, &mistaken}) {
    CHECK(refused->wait(Deadline(kPublished)) == 0);
    check_says(refused->log(), "Server error: Access denied.");
  }
  CHECK(player.wait(Deadline(kPublished)) >= least_pictures(kPlayed));
  check_all_came(witness, publisher.finish(), leg.scheme.starts_with("rtmpt") ? kUnpostedByFfmpeg : 0);
  site.check_no_secret_in_logs();
}

TEST_CASE("librtmp publishes and plays with the right password, and ends without it") {
  const std::string scheme = GENERATE("rtmp", "rtmpt", "rtmps", "rtmpts");
  CAPTURE(scheme);
  GuardedSite site({"event", scheme, "gateway"});
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 4s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  LibrtmpPlayer witness(site.direct_url(), kPublished + 90s);
  site.await_witness();
  for (const char* const name : {kNone, kWrong}) {
    LibrtmpPublisher refused(site.url(name), tags, 30s);
    CHECK_FALSE(refused.join().complete);
  }
  site.check_nothing_came(witness);

  LibrtmpPublisher publisher(site.url(kRight), tags, kPublished);
  site.media().wait_for_stream("stage");
  LibrtmpPlayer player(site.url(kRight), kPlayed);
  for (const char* const name : {kNone, kWrong}) {
    LibrtmpPlayer refused(site.url(name), 30s);
    CHECK_FALSE(refused.join().complete);
    CHECK(refused.progress().tags == 0);
  }
  CHECK(player.join().complete);
  CHECK(player.progress().pictures >= least_pictures(kPlayed));
  CHECK(publisher.finish().complete);
  check_all_came(witness, publisher.progress().pictures);
  FilePlayer dump(rtmpdump, site.url(kNone));
  eventually("rtmpdump ends", [&] { return !dump.running(); });
  check_says(dump.log(), "Closing connection: NetStream.Play.Failed");
  CHECK(dump.pictures() == 0);
  site.check_no_secret_in_logs();
}

TEST_CASE("GStreamer publishes and plays with the right password, and says why not without it") {
  const std::string scheme = GENERATE("rtmp", "rtmps");
  CAPTURE(scheme);
  GuardedSite site({"event", scheme, "gateway"});
  constexpr std::chrono::seconds kLength{8};
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", kLength);
  LibrtmpPlayer witness(site.direct_url(), kPublished + 90s);
  site.await_witness();
  for (const char* const name : {kNone, kWrong}) {
    GstreamerPublisher refused(site.url(name), dir.path() / "sample.flv");
    CHECK(refused.wait(Deadline(kPublished)) != 0);
    check_says(refused.log(), "Not authorized to connect: publish denied");
  }
  site.check_nothing_came(witness);

  GstreamerPublisher publisher(site.url(kRight), dir.path() / "sample.flv");
  site.media().wait_for_stream("stage");
  FilePlayer player(gstreamer, site.url(kRight));
  for (const char* const name : {kNone, kWrong}) {
    FilePlayer refused(gstreamer, site.url(name));
    eventually("the refused player ends", [&] { return !refused.running(); });
    CHECK(refused.pictures() == 0);
    check_says(refused.log(), "'play' cmd failed: onStatus: { \"level\": \"error\"");
  }
  eventually("the player has pictures", [&] { return player.pictures() >= kPictureRate; });
  CHECK(publisher.wait(Deadline(kPublished)) == 0);
  check_all_came(witness, static_cast<int>(kLength.count()) * kPictureRate);
  site.check_no_secret_in_logs();
}
