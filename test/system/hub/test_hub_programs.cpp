// SPDX-License-Identifier: Apache-2.0
// What most people publish with and watch with: OBS Studio and VLC, and no media server but the hub. Counted is what
// arrived.
#include "hub/hub_site.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/clients/obs.hpp"
#include "support/clients/vlc.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kPublished{10};
constexpr std::chrono::seconds kPlayed{4};
constexpr std::chrono::seconds kLong{300};

// OBS has the application in one field, and the stream's name in another.
ObsServer server_of(const HttpdFixture& httpd, const std::string& scheme, const std::string& name) {
  const std::string url = stream_url(httpd, scheme, name);
  return {url.substr(0, url.size() - name.size() - 1), name, {}, {}, {}};
}

// A folder with httpd's certificate alone.
std::filesystem::path trusted_folder(const HttpdFixture& httpd) {
  const std::filesystem::path folder = httpd.root() / "trusted";
  std::filesystem::create_directory(folder);
  std::filesystem::copy_file(httpd.root() / "certificate.pem", folder / "certificate.pem");
  return folder;
}

// Of one stream: who publishes it, and who has watched since before it began.
struct ObsStream {
  ObsStream(const HttpdFixture& httpd, const XServer& display, const ObsServer& server)
      : witness(stream_url(httpd, "rtmp", server.key), kLong), publisher(display, server, kPublished) {}

  void check_all_came() {
    const bool ended = publisher.wait(Deadline(kPublished + 60s));
    INFO(publisher.log());
    REQUIRE(ended);
    CHECK(publisher.code() == 0);
    const int counted = publisher.frames();
    CHECK(counted >= least_pictures(kPublished));
    CHECK(happens([&] { return witness.progress().pictures >= counted - kUnsentByObs; }));
    CHECK(witness.progress().pictures <= counted);
  }

  LibrtmpPlayer witness;
  ObsPublisher publisher;
};

HttpdOptions login_options() {
  HttpdOptions options =
      hub_options("event", "RTMPTAdobeLogin On\n<Location \"/live\">\n<Limit PUBLISH>\nAuthType Digest\n"
                           "AuthName \"Studio 1\"\nAuthDigestProvider file\nAuthUserFile @ROOT@/streamers\n"
                           "Require user alice\n</Limit>\n</Location>\n");
  options.more_modules = {"authn_file", "auth_digest", "authz_user"};
  return options;
}

} // namespace

TEST_CASE("OBS publishes to the hub by RTMP and RTMPS, and viewers get every picture that it sends") {
  HttpdFixture httpd(hub_options());
  httpd.start();
  const XServer display;
  ObsServer over_tls = server_of(httpd, "rtmps", "locked");
  over_tls.certificates = trusted_folder(httpd);
  ObsStream plain(httpd, display, server_of(httpd, "rtmp", "open"));
  ObsStream locked(httpd, display, over_tls);
  for (const ObsStream* const stream : {&plain, &locked}) {
    const bool started = happens([&] { return stream->publisher.started(); });
    INFO(stream->publisher.log());
    REQUIRE(started);
  }
  FfmpegPlayer player(stream_url(httpd, "rtmpt", "open"), kPlayed);
  FfmpegPlayer locked_player(stream_url(httpd, "rtmps", "locked"), kPlayed);
  CHECK(player.wait(Deadline(60s)) >= least_pictures(kPlayed));
  CHECK(locked_player.wait(Deadline(60s)) >= least_pictures(kPlayed));
  plain.check_all_came();
  locked.check_all_came();
}

TEST_CASE("OBS logs in to publish to the hub, and publishes nothing with a wrong password") {
  HttpdFixture httpd(login_options());
  // htdigest's line for alice, "Studio 1", right-hushhush
  write_file(httpd.root() / "streamers", "alice:Studio 1:664de1f861ffb8280a5c52f433892115\n");
  httpd.start();
  httpd.error_log().allow("RTMPT193: 401 .* which would publish /?live");
  const XServer display;
  ObsServer server = server_of(httpd, "rtmp", "stage");
  server.user = "alice";
  server.password = "wrong-hushhush";
  {
    ObsPublisher refused(display, server, kPublished);
    const bool ended = refused.wait(Deadline(60s));
    INFO(refused.log());
    REQUIRE(ended);
    CHECK_FALSE(refused.started());
    CHECK(refused.code() != 0);
    CHECK(refused.frames() == 0);
  }
  server.password = "right-hushhush";
  ObsStream stage(httpd, display, server);
  stage.check_all_came();
}

TEST_CASE("VLC plays from the hub by RTMP and by HTTP") {
  HttpdFixture httpd(hub_options("event", "RTMPTWatch flv\nRTMPTHubWait 1s\n"));
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), kPublished + 5s);
  eventually("pictures are published", [&] { return publisher.frames() >= kPictureRate; });
  VlcPlayer by_rtmp(stream_url(httpd, "rtmp"));
  VlcPlayer by_http(stream_url(httpd, "http") + ".flv");
  CHECK(publisher.wait(Deadline(60s)) > 0);
  for (VlcPlayer* const player : {&by_rtmp, &by_http}) {
    const int pictures = player->wait(Deadline(60s)); // VLC ends with its stream
    INFO(player->log());
    CHECK(pictures >= least_pictures(kPublished));
  }
}
