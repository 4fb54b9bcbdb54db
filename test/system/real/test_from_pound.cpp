// SPDX-License-Identifier: Apache-2.0
// The set-up that this project replaces, on one httpd: the configuration of Pound is converted as it stood, pages, a
// real RTMPT server, real clients and rsyslog are at the ports they had, and every log knows the clients.
#include "support/clients/ffmpeg.hpp"
#include "support/clients/http_connection.hpp"
#include "support/httpd/document_blocks.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/httpd/pound_file.hpp"
#include "support/os/built.hpp"
#include "support/os/private_view.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/node_rtmpt_server.hpp"
#include "support/peers/rsyslog.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// The machine has two addresses, so that two clients come from different ones.
const Endpoint kForVisitors{"192.0.2.80", 80};
constexpr const char* kVisitor = "203.0.113.5";
constexpr const char* kForStreamers = "192.0.2.82";
constexpr const char* kStreamer = "198.51.100.7";

constexpr std::chrono::seconds kPublished{60}; // at most
constexpr std::chrono::seconds kPlayed{3};

// A network with these addresses, in which nothing listens yet.
void use_machine() {
  use_private_network();
  add_addresses(kForVisitors.address, kVisitor);
  add_addresses(kForStreamers, kStreamer);
}

// An httpd with pound.cfg as it was in 2009, converted. Its own virtual hosts are at other ports.
class ConvertedSite {
 public:
  ConvertedSite(const std::vector<std::string>& options, const std::string& more) : httpd_({}) {
    fs::create_directory(logs());
    auto all = options;
    all.insert(all.end(), {"--rtmpt", "127.0.0.1:82", "--logs", logs().string()});
    const auto file = fs::path(built::pound_samples()) / "classic.cfg";
    const auto text = converted(httpd_.root(), read_file(file), all, "Listen 81\n");
    HttpdOptions configuration;
    configuration.more_modules = {"rewrite"};
    configuration.global = text + replace_all(more, "@LOGS@", logs().string());
    httpd_.configure(configuration);
  }

  HttpdFixture& httpd() { return httpd_; }
  fs::path logs() const { return httpd_.root() / "pound-logs"; }

  // The log's lines that match the whole regular expression.
  std::size_t count(const std::string& log, const std::string& pattern) const {
    const auto lines = lines_of(read_file(logs() / log));
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return std::regex_match(line, std::regex(pattern));
    }));
  }

 private:
  HttpdFixture httpd_;
};

HttpResponse visit(const std::string& host, const std::string& request = "GET /") {
  return HttpConnection(kForVisitors)
      .exchange(request + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
}

// A line of the access log, as LogLevel 3 has it.
std::string access_line(const std::string& host, const std::string& address, const std::string& request, int status) {
  return host + " " + address + " - - \\[[^\\]]+\\] \"" + request + " HTTP/1\\.1\" " + std::to_string(status) +
         " [0-9-]+ \"-\" \"-\"";
}

// The requests by which docs/from-pound.md checks the set-up: what each shows of the answer.
std::vector<std::string> documented_checks() {
  std::vector<std::string> shown;
  for (const auto& block : blocks_of(fs::path(built::docs_folder()) / "from-pound.md"))
    for (const auto& line : lines_of(block.text))
      if (line.starts_with("curl ")) shown.push_back(run_command({"bash", "-c", line}).output);
  return shown;
}

} // namespace

TEST_CASE("Pound's three host rules, converted, carry pages and streams on one httpd, and all logs know the clients") {
  use_machine();
  const TempDir dir;
  use_private_hosts(dir.path(), "127.0.0.1 localhost\n" + std::string(kForStreamers) + " rtmpt.katsuma.tv\n");
  const Rsyslog syslog(dir.path());
  const NodeRtmptServer media(82);
  ConvertedSite site({"--local", "127.0.0.1:81=" + (dir.path() / "html").string()}, "");
  fs::create_directory(dir.path() / "html");
  fs::permissions(dir.path(), fs::perms(0755));
  write_file(dir.path() / "html/index.html", "katsuma.tv\n");
  site.httpd().start();
  const pid_t gateway = site.httpd().gateway_pid();

  CHECK(visit("www.katsuma.tv").body == "katsuma.tv\n");
  CHECK(visit("any.example").body == "katsuma.tv\n");
  CHECK(visit("www.katsuma.tv.evil.example").body == "katsuma.tv\n");
  CHECK(visit("www.katsuma.tv", "OPTIONS /").status == 501);
  CHECK(visit("rtmpt.katsuma.tv").status == 404);
  CHECK(visit("www.katsuma.tv", "POST /open/1").status != 200);

  CHECK(documented_checks() == std::vector<std::string>(2, "HTTP/1.1 200 OK\r\n"));

  FfmpegPublisher publisher("rtmpt://rtmpt.katsuma.tv/live/camera", kPublished);
  media.wait_for_stream("camera");
  FfmpegPlayer player("rtmpt://rtmpt.katsuma.tv/live/camera", kPlayed);
  const int played = player.wait(Deadline(kPublished));
  INFO(player.log());
  CHECK(played >= least_pictures(kPlayed));
  CHECK(publisher.finish() > played);

  const auto lines = syslog.local1().wait_for(3);
  REQUIRE(lines.size() == 3);
  CAPTURE(lines);
  const std::string head =
      ".* pound\\[" + std::to_string(gateway) + "\\]: rtmpt\\.katsuma\\.tv " + kStreamer + " - - \\[[^\\]]+\\] \"";
  const std::string tail = " rtmpt://rtmpt\\.katsuma\\.tv/live/camera RTMPT\" 200 [1-9][0-9]{4,} \"-\" \".+\"";
  for (const std::string kind : {"PLAY", "PUBLISH"})
    CHECK(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
            return std::regex_match(line, std::regex(head + kind + tail));
          }) == 1);
  for (const auto& message : syslog.messages().lines())
    CHECK(message.find("pound[") == std::string::npos);

  happens([&] { return site.count("access.log", ".*") >= 7; }); // httpd writes a line after the answer
  CHECK(site.count("access.log", access_line("www\\.katsuma\\.tv", kVisitor, "GET /", 200)) == 1);
  CHECK(site.count("access.log", access_line("catch-all\\.invalid", kVisitor, "GET /", 200)) == 2);
  CHECK(site.count("access.log", access_line("rtmpt\\.katsuma\\.tv", kVisitor, "GET /", 404)) == 1);
  CHECK(site.count("access.log", access_line("www\\.katsuma\\.tv", kVisitor, "OPTIONS /", 501)) == 1);
  CHECK(site.count("access.log", ".*") == 7); // and a POST and the document's GET: no request of a stream
  auto& errors = site.httpd().error_log();
  CHECK(errors.count("RTMPT302: session of " + std::string(kStreamer) + " at rtmpt://127.0.0.1:82 ", 2) == 2);
  CHECK(errors.matching("client 127\\.0\\.0\\.1").empty());
}

TEST_CASE("Pages that stay on an httpd at port 81 see their clients, as they did with mod_rpaf") {
  use_machine();
  ConvertedSite site({}, "Listen 127.0.0.1:81\n<VirtualHost 127.0.0.1:81>\n  ServerName pages\n"
                         "  RPAFenable On\n  RPAFsethostname On\n  RPAFproxy_ips 127.0.0.1\n"
                         "  CustomLog @LOGS@/pages.log \"%h %a %{Host}i %r\"\n</VirtualHost>\n");
  site.httpd().start(false);
  CHECK(visit("www.katsuma.tv").body == kPageText);
  CHECK(visit("any.example").body == kPageText);
  const std::string client = std::string(kVisitor) + " " + kVisitor + " ";
  // httpd writes a line after the answer.
  happens([&] { return site.count("access.log", ".*") >= 2 && site.count("pages.log", ".*") >= 2; });
  auto lines = lines_of(read_file(site.logs() / "pages.log"));
  std::sort(lines.begin(), lines.end()); // two threads write them
  CHECK(lines ==
        std::vector<std::string>{client + "any.example GET / HTTP/1.1", client + "www.katsuma.tv GET / HTTP/1.1"});
  CHECK(site.count("access.log", access_line("www\\.katsuma\\.tv", kVisitor, "GET /", 200)) == 1);
}
