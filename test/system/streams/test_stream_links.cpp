// SPDX-License-Identifier: Apache-2.0
// Links and programs of the documents, with ffmpeg and a real media server: what is let in arrives whole, and of what
// is refused nothing reaches the server.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/http_connection.hpp"
#include "support/clients/librtmp_client.hpp"
#include "support/httpd/document_blocks.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/nginx_rtmp.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kPublished{6};
constexpr std::chrono::seconds kPlayed{3};
constexpr int kPictures = static_cast<int>(kPublished.count()) * kPictureRate;
constexpr const char* kSecret = "hushhush-0123456789abcdef-0123456789abcdef";

std::string last_line(const std::string& text) {
  const auto lines = lines_of(text);
  return lines.empty() ? std::string() : lines.back();
}

CommandResult run_shell(const std::string& text) {
  return run_command({"/bin/sh", "-c", text}, Deadline(30s));
}

bool has_program(const std::string& name) {
  return run_shell("command -v " + name).exit_code == 0;
}

// Keys and programs that httpd's user may run, in a folder of their own.
class SiteFiles {
 public:
  SiteFiles() {
    fs::permissions(dir_.path(), fs::perms(0777));
    write_file(keys(), "2026a " + std::string(kSecret) + "\n");
    fs::permissions(keys(), fs::perms(0600));
    add_program("stream.py", text_of_block("who-may-publish.md", "python", "#!/usr/bin/python3"));
    // Fails at first, so that it must be told again.
    add_program("done.sh", "#!/bin/sh\nform=$(head -c \"$CONTENT_LENGTH\")\nprintf '%s\\n' \"$form\" >>" +
                               told_file().string() + "\n[ $(wc -l <" + told_file().string() +
                               ") -gt 1 ] || { printf 'Status: 500\\n\\n'; exit; }\nprintf 'Status: 200\\n\\n'\n");
  }

  fs::path keys() const { return dir_.path() / "stream-keys"; }
  fs::path program(const std::string& name) const { return dir_.path() / name; }
  fs::path told_file() const { return dir_.path() / "told"; }
  std::vector<std::string> told() const {
    return fs::exists(told_file()) ? lines_of(read_file(told_file())) : std::vector<std::string>();
  }
  std::string directory() const {
    return "<Directory " + dir_.path().string() + ">\nRequire all granted\n</Directory>\n";
  }

 private:
  void add_program(const std::string& name, const std::string& text) const {
    write_file(program(name), text);
    fs::permissions(program(name), fs::perms(0755));
  }

  TempDir dir_;
};

HttpdOptions documented_site(const NginxRtmp& media, const SiteFiles& files, const std::string& words) {
  HttpdOptions options;
  options.more_modules = {"cgid"};
  options.global = "ScriptSock @ROOT@/logs/cgid.sock\n" + files.directory();
  std::string host = text_of_block("who-may-publish.md", "apache", words);
  host = replace_all(host, "*:80>", "*:@PORT@>");
  host = replace_all(host, "ServerName live.example.com", "ServerName 127.0.0.1");
  host = replace_all(host, "/var/www/html", "@ROOT@/htdocs");
  host = replace_all(host, "rtmp://127.0.0.1:1935", media.url());
  host = replace_all(host, "/etc/apache2/stream-keys", files.keys().string());
  host = replace_all(host, "ProxyPass /hooks/ http://127.0.0.1:8000/hooks/",
                     "ScriptAlias /hooks/stream " + files.program("stream.py").string() + "\nScriptAlias /hooks/done " +
                         files.program("done.sh").string());
  options.more_hosts = host;
  return options;
}

struct LinkSite {
  explicit LinkSite(const std::string& words) : httpd(documented_site(media, files, words)) {
    httpd.error_log().allow("RTMPT193: 403 .* which would (publish|play) live/|AH01630");
    httpd.start();
  }

  std::string url(const std::string& scheme, const std::string& name) const {
    return scheme + "://127.0.0.1:" + std::to_string(httpd.plain().port) + "/live/" + name;
  }

  std::string signed_by_rtmptctl(const std::string& what, const std::string& url) const {
    const CommandResult result =
        run_shell(built::control_program() + " sign --keys " + files.keys().string() + " " + what + " " + url);
    if (result.exit_code != 0) throw std::runtime_error(result.output);
    return last_line(result.output);
  }

  void check_refused(const std::string& url) const {
    CAPTURE(url);
    FfmpegPublisher refused(url, 30s);
    refused.wait(Deadline(30s));
    CHECK(refused.log().find("Server error: Access denied.") != std::string::npos);
    const auto stream = media.stream("cam1");
    CHECK((!stream || (!stream->publishing && stream->bytes_in == 0)));
  }

  void check_no_secret_in_logs() {
    httpd.stop();
    for (const auto& file : fs::recursive_directory_iterator(httpd.root() / "logs")) {
      if (!file.is_regular_file()) continue;
      CAPTURE(file.path().string());
      const std::string text = read_file(file.path());
      for (const std::string secret : {"hushhush", "token=", "7Kq2x"})
        CHECK(text.find(secret) == std::string::npos);
    }
  }

  SiteFiles files;
  NginxRtmp media;
  HttpdFixture httpd;
};

} // namespace

TEST_CASE("rtmptctl and the documents' programs make the same link") {
  const SiteFiles files;
  const std::string id = "2026a";
  const std::string host = "live.example.com";
  for (const std::string& address : {std::string(), std::string("2001:db8::7")}) {
    CAPTURE(address);
    const std::string made =
        last_line(run_shell(built::control_program() + " sign -k " + files.keys().string() + " --publish --for 60s " +
                            (address.empty() ? "" : "--address " + address + " ") + "rtmp://" + host + "/live/cam1")
                      .output);
    REQUIRE(made.starts_with("rtmp://live.example.com/live/cam1?token=2026a."));
    const std::string expires = made.substr(made.rfind('=') + 1);
    const std::string arguments =
        "'2026a' '" + std::string(kSecret) + "' PUBLISH " + host + " /live/cam1 " + expires + " '" + address + "'";
    CHECK(last_line(run_shell(text_of_block("who-may-publish.md", "sh", "stream_link()") + "stream_link " + arguments)
                        .output) == made);
    const std::string python = text_of_block("who-may-publish.md", "python", "def stream_link") +
                               "import sys\nprint(stream_link(*sys.argv[1:6], int(sys.argv[6]), sys.argv[7]))\n";
    const TempDir dir;
    write_file(dir.path() / "link.py", python);
    CHECK(last_line(run_shell("/usr/bin/python3 " + (dir.path() / "link.py").string() + " " + arguments).output) ==
          made);
    if (!has_program("php")) continue;
    write_file(dir.path() / "link.php", "<?php\n" + text_of_block("who-may-publish.md", "php", "function stream_link") +
                                            "array_shift($argv);\necho stream_link(...$argv), \"\\n\";\n");
    CHECK(last_line(run_shell("php " + (dir.path() / "link.php").string() + " " + arguments).output) == made);
  }
  const std::string apart = run_shell(built::control_program() + " sign --obs --publish --key 2026a --keys " +
                                      files.keys().string() + " rtmps://h/live/cam1")
                                .output;
  CHECK(apart.starts_with("Server: rtmps://h/live\nStream key: cam1?token=2026a."));
}

TEST_CASE("rtmptctl sign says what is wrong") {
  const SiteFiles files;
  const std::string sign = built::control_program() + " sign -k " + files.keys().string() + " ";
  for (const auto& [words, exit_code, error] : std::vector<std::tuple<std::string, int, std::string>>{
           {"--publish http://h/live/cam1", 4, "nobody publishes by"},
           {"--publish rtmp://h", 4, "expected an application and a name"},
           {"--publish --key other rtmp://h/live/cam1", 4, "has no key 'other'"},
           {"--publish --address nobody rtmp://h/live/cam1", 4, "expected an IPv4 or IPv6 address"},
           {"--publish --for 0s rtmp://h/live/cam1", 2, "expected a time of a second or more"},
           {"--publish --play rtmp://h/live/cam1", 2, ""},
           {"rtmp://h/live/cam1", 2, ""},
       }) {
    CAPTURE(words);
    const CommandResult result = run_shell(sign + words + " 2>&1");
    CHECK(result.exit_code == exit_code);
    CHECK(result.output.find(error) != std::string::npos);
  }
  fs::permissions(files.keys(), fs::perms(0644));
  const CommandResult open = run_shell(sign + "--publish rtmp://h/live/cam1 2>&1");
  CHECK(open.exit_code == 4);
  CHECK(open.output.find("has the mode 0644, by which others may read or change it") != std::string::npos);
  CHECK(open.output.find("hushhush") == std::string::npos);
}

TEST_CASE("ffmpeg publishes and plays by signed links, and not without them") {
  const std::string scheme = GENERATE("rtmp", "rtmpt");
  CAPTURE(scheme);
  LinkSite site("Require stream-token");
  const std::string cam1 = site.url(scheme, "cam1");
  const std::string publish = site.signed_by_rtmptctl("--publish", cam1);
  const std::string play = site.signed_by_rtmptctl("--play --address 127.0.0.1", cam1);
  LibrtmpPlayer witness(site.media.stream_url("cam1"), kPublished + 120s);
  eventually("the witness waits", [&] { return site.media.stream("cam1").has_value(); });
  site.check_refused(cam1);
  site.check_refused(site.signed_by_rtmptctl("--play", cam1));
  site.check_refused(site.signed_by_rtmptctl("--publish --address 192.0.2.7", cam1));
  site.check_refused(replace_all(publish, "expires=1", "expires=2"));
  CHECK(witness.progress().tags == 0);

  FfmpegPublisher publisher(publish, kPublished);
  site.media.wait_for_stream("cam1");
  FfmpegPlayer player(play, kPlayed);
  FfmpegPlayer refused(publish, 30s);
  CHECK(refused.wait(Deadline(30s)) == 0);
  CHECK(refused.log().find("Server error: Access denied.") != std::string::npos);
  CHECK(player.wait(Deadline(40s)) >= least_pictures(kPlayed));
  CHECK(publisher.wait(Deadline(40s)) == kPictures);
  happens([&] { return witness.progress().pictures >= kPictures; });
  CHECK(witness.progress().pictures == kPictures);
  site.check_no_secret_in_logs();
}

TEST_CASE("A program for nginx-rtmp decides about ffmpeg, and hears when its streams have ended") {
  const std::string scheme = GENERATE("rtmp", "rtmpt");
  CAPTURE(scheme);
  LinkSite site("Require stream-callback");
  const std::string cam1 = site.url(scheme, "cam1");
  LibrtmpPlayer witness(site.media.stream_url("cam1"), kPublished + 120s);
  eventually("the witness waits", [&] { return site.media.stream("cam1").has_value(); });
  site.check_refused(cam1);
  site.check_refused(cam1 + "?key=wrong");
  CHECK(witness.progress().tags == 0);
  CHECK(site.files.told().empty()); // nothing was allowed, so nothing has ended

  FfmpegPublisher publisher(cam1 + "?key=7Kq2x", kPublished);
  site.media.wait_for_stream("cam1");
  FfmpegPlayer player(cam1, kPlayed);
  CHECK(player.wait(Deadline(40s)) >= least_pictures(kPlayed));
  CHECK(publisher.wait(Deadline(40s)) == kPictures);
  happens([&] { return witness.progress().pictures >= kPictures; });
  CHECK(witness.progress().pictures == kPictures);

  // The first one that is told fails, and is told again.
  REQUIRE(happens([&] { return site.files.told().size() == 3; }));
  std::map<std::string, int> calls;
  for (const std::string& form : site.files.told()) {
    CAPTURE(form);
    const bool publishes = form.find("&call=publish_done&") != std::string::npos;
    ++calls[publishes ? "publish" : "play"];
    CHECK(form.starts_with("app=live&flashver="));
    CHECK(form.find("&addr=127.0.0.1&clientid=") != std::string::npos);
    CHECK(form.find("&name=cam1&bytes=") != std::string::npos);
    CHECK(form.ends_with(publishes ? "&key=7Kq2x" : "&seconds=" + form.substr(form.rfind('=') + 1)));
    CHECK(std::stoul(form.substr(form.find("&bytes=") + 7)) > 10'000);
    CHECK(std::stoul(form.substr(form.find("&seconds=") + 9)) < 120);
  }
  CHECK(calls["publish"] >= 1);
  CHECK(calls["play"] >= 1);
  site.httpd.error_log().wait_for("RTMPT494");
  site.check_no_secret_in_logs();
}
