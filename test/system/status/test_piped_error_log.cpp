// SPDX-License-Identifier: Apache-2.0
// httpd's error log goes to a program that stops reading: streams and pages go on, and what was lost is told.
#include "support/os/text_file.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMissingPages = 40;

// The program writes where the fixture looks for the error log.
HttpdOptions piped_log() {
  HttpdOptions options;
  options.global = "ErrorLog \"|$echo $$ >@ROOT@/logs/program.pid; exec cat >>@ROOT@/logs/error.log\"\n"
                   "LogLevel info ssl:warn rtmpt_proxy:debug\n";
  options.site = status_location();
  return options;
}

// The program that takes the error log. Runs again at the end: httpd waits for it.
class LogProgram {
 public:
  explicit LogProgram(const HttpdFixture& httpd) : pid_(std::stoi(read_file(httpd.root() / "logs/program.pid"))) {}
  ~LogProgram() { go_on(); }
  LogProgram(const LogProgram&) = delete;
  LogProgram& operator=(const LogProgram&) = delete;
  void stop() const { REQUIRE(::kill(pid_, SIGSTOP) == 0); }
  void go_on() const { ::kill(pid_, SIGCONT); }

 private:
  pid_t pid_;
};

std::int64_t lost_lines(const HttpdFixture& httpd) {
  return status_of(httpd).at("gateway").at("lost_error_log_lines").to_number<std::int64_t>();
}

void short_session(TunnelSite& site) {
  auto session = site.session(handed_over());
  REQUIRE(session.client.close().status == 200);
}

} // namespace

TEST_CASE("A program that stops reading the error log stops neither streams nor pages, and is told what it missed") {
  TunnelSite site(piped_log());
  auto& httpd = site.httpd();
  httpd.error_log().expect("RTMPT372: the error log takes lines again; lost were [1-9]");
  httpd.error_log().allow("AH00488: long lost child came home"); // of the program, at httpd's end
  auto stream = site.session(handed_over());
  const LogProgram program(httpd);
  program.stop();
  std::uint32_t seed = 0;
  for (const Deadline deadline(60s); lost_lines(httpd) < 10 && !deadline.passed();) {
    for (int i = 0; i < 25; ++i)
      short_session(site);
    CHECK_NOTHROW(carry_both_ways(stream, 50'000, ++seed));
    CHECK(fetch(httpd.plain(), "/", Deadline(10s)).body == kPageText);
  }
  CHECK(lost_lines(httpd) >= 10);
  // httpd writes a line for each of these into the same pipe: the gateway has left it room.
  for (std::size_t i = 0; i < kMissingPages; ++i)
    CHECK(fetch(httpd.plain(), "/missing", Deadline(10s)).status == 404);
  CHECK_NOTHROW(carry_both_ways(stream, 200'000, ++seed));
  const std::int64_t lost = lost_lines(httpd);
  program.go_on();
  httpd.error_log().wait_for("RTMPT372: the error log takes lines again; lost were " + std::to_string(lost) + "$");
  httpd.error_log().wait_for("AH00128: File does not exist: .*/missing", kMissingPages);
  CHECK(httpd.error_log().count("RTMPT372", 1) == 1);
  CHECK_NOTHROW(carry_both_ways(stream, 50'000, ++seed));
  const std::size_t before = httpd.error_log().matching("RTMPT303").size();
  short_session(site);
  httpd.error_log().wait_for("RTMPT303", before + 1);
  CHECK(lost_lines(httpd) == lost);
}
