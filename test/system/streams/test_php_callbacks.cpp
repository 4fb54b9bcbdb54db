// SPDX-License-Identifier: Apache-2.0
// The documents' PHP script, which is written for nginx-rtmp's on_publish, run by php-cgi: nginx-rtmp asks it, and
// httpd does about the same streams. Counted is what arrived.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/document_blocks.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kPublished{8};
constexpr std::chrono::seconds kPlayed{3};
constexpr int kPictures = static_cast<int>(kPublished.count()) * kPictureRate;

// The script in a folder of its own that httpd's user may read.
class ScriptFolder {
 public:
  ScriptFolder() {
    fs::permissions(dir_.path(), fs::perms(0755));
    write_file(dir_.path() / "on_publish.php", text_of_block("who-may-publish.md", "php", "http_response_code(403)"));
    fs::permissions(dir_.path() / "on_publish.php", fs::perms(0644));
  }
  std::string path() const { return dir_.path().string(); }

 private:
  TempDir dir_;
};

// At /hooks the script is for httpd's own questions, at /open for everybody.
HttpdOptions php_site(const ScriptFolder& scripts, const std::string& streams) {
  HttpdOptions options;
  options.more_modules = {"cgid", "actions"};
  options.global = "ScriptSock @ROOT@/logs/cgid.sock\nScriptAlias /php-cgi /usr/lib/cgi-bin/php\n"
                   "<Directory /usr/lib/cgi-bin>\nRequire all granted\n</Directory>\n<Directory " +
                   scripts.path() +
                   ">\nRequire all granted\nAction php-script /php-cgi\n<FilesMatch \"\\.php$\">\n"
                   "SetHandler php-script\n</FilesMatch>\n</Directory>\n";
  options.site = "Alias /hooks/ " + scripts.path() + "/\nAlias /open/ " + scripts.path() +
                 "/\n<Location \"/hooks\">\nRequire expr \"%{IS_SUBREQ} == 'true'\"\n</Location>\n" + streams;
  return options;
}

void check_refused(const NginxRtmp& media, const std::string& url) {
  CAPTURE(url);
  FfmpegPublisher refused(url, 30s);
  refused.wait(Deadline(30s));
  const std::string name = url.substr(url.rfind('/') + 1);
  const auto stream = media.stream(name.substr(0, name.find('?')));
  CHECK((!stream || (!stream->publishing && stream->bytes_in == 0)));
}

} // namespace

TEST_CASE("A PHP script for nginx-rtmp's on_publish decides about ffmpeg's streams") {
  const std::string scheme = GENERATE("rtmp", "rtmpt");
  CAPTURE(scheme);
  const ScriptFolder scripts;
  NginxRtmp media;
  HttpdFixture httpd(php_site(scripts, "RTMPTProxyPass " + media.url() +
                                           "\nRTMPTAcceptRTMP On\n<Location \"/live\">\n"
                                           "Require stream-callback /hooks/on_publish.php\n</Location>\n"));
  httpd.error_log().expect("RTMPT193: 403 .* which would publish live/cam");
  httpd.error_log().allow("AH01630");
  httpd.start();
  const auto url = [&](const std::string& name) {
    return scheme + "://127.0.0.1:" + std::to_string(httpd.plain().port) + "/live/" + name;
  };
  LibrtmpPlayer witness(media.stream_url("cam1"), kPublished + 120s);
  eventually("the witness waits", [&] { return media.stream("cam1").has_value(); });
  for (const char* const name : {"cam1", "cam1?key=wrong", "cam1?key=p9Lw0", "cam9?key=7Kq2x"})
    check_refused(media, url(name));
  CHECK(witness.progress().tags == 0);

  FfmpegPublisher publisher(url("cam1?key=7Kq2x"), kPublished);
  media.wait_for_stream("cam1");
  FfmpegPlayer player(url("cam1"), kPlayed);
  CHECK(player.wait(Deadline(40s)) >= least_pictures(kPlayed));
  CHECK(publisher.wait(Deadline(40s)) == kPictures);
  happens([&] { return witness.progress().pictures >= kPictures; });
  CHECK(witness.progress().pictures == kPictures);
}

TEST_CASE("The same PHP script decides when nginx-rtmp itself asks it") {
  const ScriptFolder scripts;
  HttpdFixture httpd(php_site(scripts, ""));
  httpd.start(false);
  NginxRtmpOptions options;
  options.application = "on_publish http://127.0.0.1:" + std::to_string(httpd.plain().port) + "/open/on_publish.php;";
  NginxRtmp media(options);
  const auto url = [&media](const std::string& name) { return media.url() + "/live/" + name; };
  for (const char* const name : {"cam1", "cam1?key=wrong", "cam9?key=7Kq2x"})
    check_refused(media, url(name));
  FfmpegPublisher publisher(url("cam1?key=7Kq2x"), kPublished);
  media.wait_for_stream("cam1");
  CHECK(publisher.wait(Deadline(40s)) == kPictures);
  CHECK(httpd.access_count("/open/on_publish.php", 4) == 4);
}
