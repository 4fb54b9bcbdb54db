// SPDX-License-Identifier: Apache-2.0
// RTMPTHideStreamName: streams whose names are secrets, over every leg, and every log and page of the site.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"
#include "support/sites/status_site.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <regex>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kAllowed = "s3cretname?key=hushhush";
constexpr const char* kDenied = "s3cretother?key=hushhush";
const std::string kHash = "hidden-[0-9a-f]{10}";

HttpdOptions hiding_site(const NginxRtmp& media, const std::string& hides) {
  HttpdOptions options;
  options.more_modules = {"status", "rewrite"};
  options.global = "<Location \"/server-status\">\n  SetHandler server-status\n</Location>\nExtendedStatus On\n";
  options.site = "RTMPTProxyPass " + media.url() + "\nRTMPTAcceptRTMP On\nRTMPTHideStreamName " + hides +
                 "\nLogLevel debug\nRTMPTSessionLog logs/session.log \"%r %U %{stream}r %{kind}r %{detail}r\"\n"
                 "CustomLog logs/all.log \"%r %U %f %q %{app}^RT %{stream}^RT %{kind}^RT %>s\"\n" +
                 status_location() +
                 "<LocationMatch \"^/live/s3cretother$\">\n<Limit PUBLISH PLAY>\nRequire all denied\n</Limit>\n"
                 "</LocationMatch>\n"
                 "<LocationMatch \"^/live/s3cretname$\">\n<Limit PUBLISH PLAY>\n"
                 "Require expr \"%{QUERY_STRING} =~ m|^key=(hush){2}$| && %{REQUEST_URI} == '/live/s3cretname'\"\n"
                 "</Limit>\n</LocationMatch>\n";
  // The level of a section is in force before the path is translated, and mod_rewrite quotes each path that it
  // compares.
  if (hides == "On")
    options.site += "<Location \"/live\">\nLogLevel trace8 rtmpt_proxy:debug\n</Location>\n"
                    "RewriteEngine On\nRewriteRule \"^/live/nobody$\" - [F]\n";
  options.tls_site = "RTMPTTerminateTLS gateway\n";
  return options;
}

// In how many of the logs one of these texts stands.
int logs_with(const HttpdFixture& httpd, const std::vector<std::string>& texts) {
  int count = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(httpd.root() / "logs")) {
    if (!file.is_regular_file()) continue;
    const std::string log = read_file(file.path());
    for (const std::string& text : texts) {
      if (log.find(text) == std::string::npos) continue;
      ++count;
      UNSCOPED_INFO(text << " stands in " << file.path().string());
    }
  }
  return count;
}

// The publisher before is gone.
void await_free(const NginxRtmp& media) {
  eventually("nobody publishes", [&] {
    const auto stream = media.stream("s3cretname");
    return !stream || !stream->publishing;
  });
}

std::string url_of(const HttpdFixture& httpd, const std::string& scheme, const std::string& name) {
  const std::uint16_t port = scheme.ends_with('s') ? httpd.tls().port : httpd.plain().port;
  return scheme + "://localhost:" + std::to_string(port) + "/live/" + name;
}

} // namespace

TEST_CASE("No log and no page has a hidden name, of a stream that is allowed or refused, over any leg") {
  const NginxRtmp media;
  HttpdFixture httpd(hiding_site(media, "On"));
  httpd.start();
  httpd.error_log().expect("RTMPT193: 403 .* which would publish live/" + kHash + " at ");
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 1s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  std::size_t sessions = 0;
  for (const std::string scheme : {"rtmp", "rtmpt", "rtmps", "rtmpts"}) {
    CAPTURE(scheme);
    await_free(media);
    LibrtmpPublisher publisher(url_of(httpd, scheme, kAllowed), tags, 60s);
    media.wait_for_stream("s3cretname"); // the media server has the true one
    const auto status = await_status(httpd, "the stream is listed", [](const boost::json::value& now) {
      return !now.at("sessions").as_array().empty() && now.at("sessions").at(0).at("kind") == "publish";
    });
    const std::string shown(status.at("sessions").at(0).at("stream").as_string());
    CHECK(std::regex_match(shown, std::regex(kHash)));
    CHECK(ask_status(httpd, "?json").body.find("s3cret") == std::string::npos);
    CHECK(ask_status(httpd, "?metrics").body.find("s3cret") == std::string::npos);
    LibrtmpPlayer viewer(url_of(httpd, scheme, kAllowed), 1s);
    CHECK(viewer.join().complete);
    LibrtmpPublisher refused(url_of(httpd, scheme, kDenied), tags, 30s);
    CHECK_FALSE(refused.join().complete);
    const std::string page = fetch(httpd.plain(), "/server-status").body;
    CHECK(page.find("s3cret") == std::string::npos);
    CHECK(page.find("hidden-") != std::string::npos);
    sessions += 3;
  }
  const auto lines = SessionLogFile(httpd.root() / "logs/session.log").wait_for(sessions - 4);
  for (const std::string& line : lines)
    CHECK(std::regex_search(line, std::regex("live/" + kHash)));
  httpd.stop();
  std::size_t asked = 0;
  const std::string all = read_file(httpd.root() / "logs/all.log");
  for (std::size_t at = 0; (at = all.find("PUBLISH /live/hidden-", at)) != std::string::npos; ++at)
    ++asked;
  CHECK(asked >= 8); // of each leg one that was allowed, and one that was not
  CHECK(logs_with(httpd, {"s3cret", "hushhush"}) == 0);
}

TEST_CASE("What is not hidden has its name in the logs, and no query") {
  const NginxRtmp media;
  HttpdFixture httpd(hiding_site(media, "Off"));
  httpd.start();
  httpd.error_log().expect("RTMPT193: 403 .* which would publish live/s3cretother at ");
  httpd.error_log().expect("AH01630");
  const TempDir dir;
  make_flv(dir.path() / "sample.flv", 1s);
  const auto tags = read_flv(read_file(dir.path() / "sample.flv"));
  for (const std::string scheme : {"rtmp", "rtmpts"}) {
    await_free(media);
    LibrtmpPublisher publisher(url_of(httpd, scheme, kAllowed), tags, 60s);
    media.wait_for_stream("s3cretname");
    LibrtmpPublisher refused(url_of(httpd, scheme, kDenied), tags, 30s);
    CHECK_FALSE(refused.join().complete);
  }
  httpd.stop();
  CHECK(logs_with(httpd, {"s3cretname"}) >= 3);
  CHECK(logs_with(httpd, {"hushhush", "hidden-"}) == 0);
}
