// SPDX-License-Identifier: Apache-2.0
// The player page: what httpd serves, and what it shows of a hub's streams in a real browser.
#include "hub/flv_viewer.hpp"
#include "hub/hub_site.hpp"
#include "support/clients/ffmpeg.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/built.hpp"
#include "support/os/child_process.hpp"

#include <catch2/catch.hpp>

#include <regex>
#include <string>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kLong{300};

std::string place(const std::string& path, const std::string& lines = {}) {
  return "<Location \"" + path + "\">\nSetHandler rtmpt-player\n" + lines + "</Location>\n";
}

std::string watched_by(const std::string& path, const std::string& rule) {
  return "<Location \"" + path +
         "\">\n<Limit PUBLISH>\nRequire local\n</Limit>\n<Limit PLAY>\nAuthType Basic\nAuthName Viewers\n"
         "AuthBasicProvider file\nAuthUserFile @ROOT@/members\n" +
         rule + "\n</Limit>\n</Location>\n";
}

HttpdOptions options_with(const std::string& lines) {
  HttpdOptions options = hub_options("event", "RTMPTWatch ws\n" + lines);
  options.tls_site = ""; // mod_ssl has the TLS
  return options;
}

HttpResponse ask(HttpdFixture& httpd, const std::string& target, const std::string& method = "GET",
                 const std::string& headers = {}) {
  HttpConnection connection(httpd.plain());
  return connection.exchange(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers +
                             "\r\n");
}

// Of the answer to HEAD, which has the length of a body and no body.
int status_of_head(HttpdFixture& httpd, const std::string& target) {
  return FlvViewer(httpd.plain(), "HEAD " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      .status();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// How the section of a player begins, and paths that it holds for.
using Section = std::pair<std::string, std::vector<std::string>>;

// The values between these two, as a browser reads them.
std::vector<std::string> values_between(const std::string& begin, const std::string& end_of_tag,
                                        const std::string& html) {
  const std::regex pattern(begin + "\"([^\"]*)\"" + end_of_tag);
  std::vector<std::string> values;
  for (std::sregex_iterator found(html.begin(), html.end(), pattern), end; found != end; ++found)
    values.push_back(std::regex_replace((*found)[1].str(), std::regex("&#39;"), "'"));
  return values;
}

std::vector<std::string> files_named_in(const std::string& page) {
  return values_between("<(?:link|script)[^>]* (?:href|src)=", ">", page);
}

std::string origin_of(const std::string& scheme, std::uint16_t port) {
  return scheme + "://127.0.0.1:" + std::to_string(port);
}

} // namespace

TEST_CASE("The player's page is the same for all streams, and finds its files at its own location") {
  HttpdFixture httpd(options_with(place("/watch") + place("/a b/tv/") +
                                  "<Location \"/watch/live\">\n"
                                  "Header set X-Inner yes\n</Location>\n"));
  httpd.start();
  for (const std::string path : {"/watch", "/watch/", "/watch/live/cam", "/watch/live/cam?st=abc&e=1", "/watch?html"}) {
    CAPTURE(path);
    const HttpResponse page = ask(httpd, path);
    CHECK(page.status == 200);
    CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(has(page.body, "src=\"/watch?player\""));
    CHECK_FALSE(has(page.body, "@RTMPT"));
    CHECK(has(page.header("Content-Security-Policy").value_or(""), "default-src 'none'; script-src 'self'"));
    CHECK(page.header("Referrer-Policy") == "no-referrer");
    CHECK(page.header("X-Content-Type-Options") == "nosniff");
  }
  CHECK(has(ask(httpd, "/a%20b/tv/live/cam").body, "src=\"/a%20b/tv/?player\""));
}

TEST_CASE("Every file that the player's page names is there, however its section is written") {
  const auto [section, paths] =
      GENERATE_COPY(Section{"Location \"/watch\"", {"/watch", "/watch/", "/watch/live/cam"}},
                    Section{"Location \"/watch/\"", {"/watch/", "/watch/live/cam", "/watch/live/app/cam"}},
                    Section{"Location \"/a 'b'/\"", {"/a%20'b'/", "/a%20%27b%27/live/cam"}},
                    Section{"Location \"/\"", {"/watch", "/live/cam"}},
                    Section{"LocationMatch \"^/watch(/|$)\"", {"/watch", "/watch/", "/watch/live/cam"}},
                    Section{"LocationMatch \"^/watch/\"", {"/watch/", "/watch/live/cam"}});
  CAPTURE(section);
  const std::string name = section.substr(0, section.find(' '));
  HttpdFixture httpd(options_with("<" + section + ">\nSetHandler rtmpt-player\n</" + name +
                                  ">\n<Location \"/status\">\nSetHandler rtmpt-status\n</Location>\n"));
  httpd.start();
  for (const std::string& path : paths) {
    CAPTURE(path);
    const HttpResponse page = ask(httpd, path);
    REQUIRE(page.status == 200);
    const std::vector<std::string> files = files_named_in(page.body);
    CHECK(files.size() == 5);
    for (const std::string& file : files) {
      CAPTURE(file);
      const HttpResponse answer = ask(httpd, file);
      CHECK(answer.status == 200);
      CHECK_FALSE(has(answer.header("Content-Type").value_or(""), "text/html"));
    }
  }
  if (name == "LocationMatch") return;
  const std::vector<std::string> links = values_between("<a href=", ">Watch</a>", ask(httpd, "/status").body);
  REQUIRE(links.size() == 1);
  CHECK(has(ask(httpd, links[0]).body, "<rtmpt-player"));
}

TEST_CASE("The player's files are kept by browsers, and pages of other sites may use them") {
  HttpdFixture httpd(options_with(place("/watch")));
  httpd.start();
  for (const std::string name : {"js", "player", "mpegts", "css", "icon"}) {
    CAPTURE(name);
    const HttpResponse file = ask(httpd, "/watch?" + name);
    REQUIRE(file.status == 200);
    CHECK(file.body.size() > 100);
    CHECK(file.header("Access-Control-Allow-Origin") == "*");
    const std::string tag = file.header("ETag").value_or("");
    CHECK(tag.size() > 2);
    CHECK(ask(httpd, "/watch/live/cam?" + name, "GET", "If-None-Match: " + tag + "\r\n").status == 304);
    CHECK(status_of_head(httpd, "/watch?" + name) == 200);
  }
  CHECK(ask(httpd, "/watch", "POST", "Content-Length: 0\r\n").status == 405);
  CHECK(ask(httpd, "/elsewhere?player").status == 404);
}

TEST_CASE("What httpd compresses of the player's files is kept by browsers as well") {
  HttpdOptions options = options_with(place("/watch") + "AddOutputFilterByType DEFLATE text/javascript text/css\n");
  options.more_modules.insert(options.more_modules.end(), {"filter", "deflate"});
  HttpdFixture httpd(options);
  httpd.start();
  const std::string zipped = "Accept-Encoding: gzip\r\n";
  for (const std::string name : {"player", "mpegts", "css"}) {
    CAPTURE(name);
    const HttpResponse file = ask(httpd, "/watch?" + name, "GET", zipped);
    REQUIRE(file.header("Content-Encoding") == "gzip");
    const std::string tag = file.header("ETag").value_or("");
    const HttpResponse again = ask(httpd, "/watch?" + name, "GET", zipped + "If-None-Match: " + tag + "\r\n");
    CHECK(again.status == 304);
    CHECK(again.header("ETag") == tag);
    CHECK(ask(httpd, "/watch?" + name, "GET", zipped + "If-None-Match: \"1\", W/" + tag + "\r\n").status == 304);
    CHECK(ask(httpd, "/watch?" + name, "GET", zipped + "If-None-Match: \"1-gzip\"\r\n").status == 200);
  }
}

TEST_CASE("A token in the address of the player's page is in no log") {
  HttpdFixture httpd(options_with(place("/watch")));
  httpd.start();
  CHECK(ask(httpd, "/watch/live/cam?st=hidden-token&e=1").status == 200);
  CHECK(httpd.access_count("GET /watch/live/cam HTTP", 1) == 1);
  CHECK(httpd.access_count("hidden-token") == 0);
}

TEST_CASE("Where the streams' own path is a player, streams are streams all the same") {
  HttpdFixture httpd(options_with(place("/watch") + "<Location \"/live\">\nSetHandler rtmpt-player\n</Location>\n"));
  httpd.start();
  FfmpegPublisher publisher(stream_url(httpd, "rtmp"), kLong);
  eventually("the stream is there", [&] { return status_of_head(httpd, "/live/cam.flv") == 200; });
  CHECK(status_of_head(httpd, "/live/other.flv") == 404);
  CHECK(has(ask(httpd, "/live/cam").body, "src=\"/live?player\""));
}

TEST_CASE("The status page has a link to the player where there is one") {
  HttpdOptions options = options_with("<Location \"/status\">\nSetHandler rtmpt-status\n</Location>\n");
  const bool has_player = GENERATE(true, false);
  if (has_player) options.site += place("/tv");
  HttpdFixture httpd(options);
  httpd.start();
  const HttpResponse page = ask(httpd, "/status");
  CHECK(has(page.body, "<a href=\"/tv\">Watch</a>") == has_player);
  CHECK_FALSE(has(page.body, "@RTMPT"));
}

TEST_CASE("configtest says where a player plays nothing") {
  const std::string watch = GENERATE("ws", "flv", "Off");
  CAPTURE(watch);
  HttpdFixture httpd(hub_options("event", "RTMPTWatch " + watch + "\n" + place("/watch")));
  CHECK(has(httpd.configtest().output, "RTMPT577") == (watch != "ws"));
}

TEST_CASE("A browser plays a hub's streams, and says what is the matter where it cannot") {
  HttpdOptions options = options_with(place("/watch") + watched_by("/private", "Require valid-user") +
                                      watched_by("/shut", "Require all denied"));
  options.more_modules.emplace_back("http2");
  options.tls_site = "Protocols h2 http/1.1\n";
  HttpdFixture httpd(options);
  write_members(httpd);
  httpd.error_log().expect("AH01617"); // a wrong password
  httpd.error_log().expect("AH01630"); // denied
  httpd.start();
  const std::string base = "rtmp://localhost:" + std::to_string(httpd.plain().port);
  FfmpegPublisher cam(base + "/live/cam", kLong);
  FfmpegPublisher for_alice(base + "/private/cam", kLong);
  FfmpegPublisher shut(base + "/shut/cam", kLong);
  for (auto* const publisher : {&cam, &for_alice, &shut})
    eventually("pictures are published", [&] { return publisher->frames() >= kPictureRate; });
  const CommandResult checks = run_command({built::node(), built::browser_folder() + "/player/site_test.mjs",
                                            origin_of("http", httpd.plain().port), origin_of("https", httpd.tls().port),
                                            built::browser_modules()},
                                           Deadline(300s));
  INFO(checks.output);
  CHECK(checks.exit_code == 0);
  CHECK(has(checks.output, "15 checks passed, 0 failed"));
}
