// SPDX-License-Identifier: Apache-2.0
// The site's rules and viewers by HTTP: what binds those who play by RTMP, and what sends pages elsewhere.
//
// Nobody publishes here: a viewer who is let in is told that there is no such stream.
#include "hub/watched_hub.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;

namespace {

constexpr int kRefused = 403;
constexpr int kLetIn = 404;

int status_of(const HttpdFixture& httpd, const std::string& request) {
  return HttpConnection(httpd.plain()).exchange(request).status;
}

HttpdOptions with_rules(const std::string& rules) {
  HttpdOptions options = watched("event", rules);
  options.more_modules.emplace_back("rewrite");
  return options;
}

} // namespace

TEST_CASE("A rule of a place that names the path binds viewers by HTTP") {
  const std::string pattern = GENERATE("secret\\.flv$", "^secret\\.flv$", "htdocs/live/secret");
  CAPTURE(pattern);
  HttpdFixture httpd(
      with_rules("<Location \"/live\">\nRewriteEngine On\nRewriteRule \"" + pattern + "\" - [F]\n</Location>\n"));
  httpd.start();
  CHECK(status_of(httpd, watch_request("secret")) == kRefused);
  CHECK(status_of(httpd, websocket_request("secret")) == kRefused);
  CHECK(status_of(httpd, watch_request("open")) == kLetIn);
}

TEST_CASE("A front controller of the site takes pages, and neither viewers nor a file of theirs") {
  const std::string rule =
      GENERATE("RewriteEngine On\nRewriteCond %{DOCUMENT_ROOT}%{REQUEST_FILENAME} !-f\nRewriteRule ^ /front.html\n",
               "FallbackResource /front.html\n", "AliasMatch ^/(live|pages)/[^/]*[nx].*$ @ROOT@/htdocs/front.html\n");
  CAPTURE(rule);
  HttpdFixture httpd(with_rules(rule));
  std::filesystem::create_directories(httpd.document_root() / "live");
  write_file(httpd.document_root() / "front.html", "front\n");
  write_file(httpd.document_root() / "live/file.flv", "a file\n");
  httpd.start();
  CHECK(fetch(httpd.plain(), "/pages/nix").body == "front\n");
  CHECK(fetch(httpd.plain(), "/live/file.flv").body == "a file\n");
  const HttpResponse viewer = HttpConnection(httpd.plain()).exchange(watch_request("open"));
  CHECK(viewer.status == kLetIn);
  CHECK(viewer.header("Retry-After") == "2");
}

TEST_CASE("A rule about the request line of PLAY binds viewers by HTTP in each of its forms") {
  const std::string rule =
      GENERATE("<If \"%{THE_REQUEST} =~ m#^PLAY /live/secret HTTP#\">\nRequire all denied\n</If>\n",
               "<Location \"/live/secret\">\nRequire expr \"! (%{THE_REQUEST} =~ /^PLAY /)\"\n</Location>\n",
               "RewriteEngine On\nRewriteCond %{THE_REQUEST} ^PLAY\nRewriteRule ^/live/secret - [F]\n",
               "<Location \"/live/secret\">\nRewriteEngine On\nRewriteCond %{THE_REQUEST} ^PLAY\nRewriteRule secret$ - "
               "[F]\n</Location>\n",
               "<If \"%{THE_REQUEST} =~ /^PLAY/ && %{REQUEST_URI} =~ /secret/\">\nRewriteEngine On\nRewriteRule . - "
               "[F]\n</If>\n");
  CAPTURE(rule);
  HttpdFixture httpd(with_rules(rule));
  httpd.error_log().allow("AH01630");
  httpd.start();
  CHECK(status_of(httpd, watch_request("secret")) == kRefused);
  CHECK(status_of(httpd, websocket_request("secret")) == kRefused);
  CHECK(status_of(httpd, watch_request("open")) == kLetIn);
}

TEST_CASE("configtest says which rules for opens bind no viewer by HTTP") {
  struct Row {
    std::string lines;
    bool is_told;
  };
  const std::string open = "<Location \"/open\">\nRequire ip 192.0.2.0/24\n</Location>\n";
  const std::string method = "<Location \"/\">\n<Limit OPEN>\nRequire ip 192.0.2.0/24\n</Limit>\n</Location>\n";
  const std::string condition = "RewriteEngine On\nRewriteCond %{REQUEST_METHOD} ^OPEN$\nRewriteRule ^ - [F]\n";
  const std::string play = "<Location \"/live\">\n<Limit PLAY>\nRequire ip 192.0.2.0/24\n</Limit>\n</Location>\n";
  const Row table[] = {{open, true},         {method, true},
                       {condition, true},    {"RTMPTWatch Off\n" + open, false},
                       {open + play, false}, {"<Location \"/\">\nRequire ip 192.0.2.0/24\n</Location>\n", false},
                       {play, false}};
  for (const Row& row : table) {
    CAPTURE(row.lines);
    const HttpdFixture httpd(with_rules(row.lines));
    const CommandResult result = httpd.configtest();
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
    CHECK((result.output.find("RTMPT589") != std::string::npos) == row.is_told);
  }
}
