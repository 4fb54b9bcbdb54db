// SPDX-License-Identifier: Apache-2.0
// Where session logs go: files that are rotated, full disks, programs that die or never read.
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

HttpdOptions with(const std::string& directive) {
  HttpdOptions options;
  options.site = directive + "\n" + status_location();
  return options;
}

SessionLogFile log_of(const HttpdFixture& httpd, const std::string& name) {
  return SessionLogFile(httpd.root() / "logs" / name);
}

using Lines = std::vector<std::string>;

// One that sends `bytes` and is then closed by its client.
void short_session(TunnelSite& site, std::size_t bytes) {
  auto session = site.session(handed_over());
  REQUIRE(session.client.send(std::string(bytes, 'x')).status == 200);
  REQUIRE(session.client.close().status == 200);
}

// A program for a pipe: it says who it is, then does `work`.
std::string program(const HttpdFixture& httpd, const std::string& work) {
  const auto file = httpd.root() / "program";
  write_file(file, "#!/bin/sh\necho $$ >" + (httpd.root() / "pid").string() + "\nexec " + work + "\n");
  fs::permissions(file, fs::perms::owner_all);
  return file.string();
}

pid_t pid_of_program(const HttpdFixture& httpd) {
  const std::string text = read_file(httpd.root() / "pid");
  return text.ends_with('\n') ? std::stoi(text) : 0;
}

// Its httpd is configured anew before it starts a stream: the program's file is in the folder of httpd's.
struct PipedSite {
  explicit PipedSite(const std::string& work, const std::string& format = "%{end}r %I") {
    // httpd says so of a program that it ended itself, when it reads its logs anew.
    site.httpd().error_log().allow("AH00488: long lost child came home");
    site.httpd().configure(options(work, format));
    site.httpd().graceful();
    eventually("the program runs", [&] { return pid_of_program(site.httpd()) > 0; });
  }
  HttpdOptions options(const std::string& work, const std::string& format) {
    auto changed = with("RTMPTSessionLog \"|" + program(site.httpd(), work) + "\" \"" + format + "\"");
    changed.site = "RTMPTProxyPass " + site.backend().url() + "\n" + changed.site;
    return changed;
  }
  TunnelSite site;
};

std::int64_t lost_lines(const HttpdFixture& httpd) {
  return status_of(httpd).at("gateway").at("lost_log_lines").to_number<std::int64_t>();
}

} // namespace

TEST_CASE("After mv and graceful, or restart, lines go to a new file, also those of sessions that ran on") {
  const std::string how = GENERATE("graceful", "restart");
  CAPTURE(how);
  TunnelSite site(with("RTMPTSessionLog logs/session.log \"%I\""));
  auto& httpd = site.httpd();
  short_session(site, 1);
  CHECK(log_of(httpd, "session.log").wait_for(1) == Lines{"1"});
  auto running = site.session(handed_over());
  REQUIRE(running.client.send("22").status == 200);
  fs::rename(httpd.root() / "logs/session.log", httpd.root() / "logs/session.log.1");
  how == "graceful" ? httpd.graceful() : httpd.restart();
  REQUIRE(running.client.close().status == 200);
  CHECK(log_of(httpd, "session.log").wait_for(1) == Lines{"2"});
  short_session(site, 3);
  CHECK(log_of(httpd, "session.log").wait_for(2) == Lines{"2", "3"});
  CHECK(log_of(httpd, "session.log.1").lines() == Lines{"1"});
}

TEST_CASE("A gateway that is started again after a crash has the session logs") {
  TunnelSite site(with("RTMPTSessionLog logs/session.log \"%I\""));
  auto& httpd = site.httpd();
  httpd.error_log().expect("RTMPT082");
  const pid_t before = httpd.gateway_pid();
  REQUIRE(kill(before, SIGKILL) == 0);
  eventually("another gateway runs", [&] { return httpd.gateway_pid() != before; });
  eventually("it takes a session", [&] { return site.client(handed_over()).try_open().status == 200; });
  site.backend().accept();
  short_session(site, 3);
  const auto lines = log_of(httpd, "session.log").wait_for(1);
  CHECK(lines.front() == "3");
}

TEST_CASE("A full disk loses lines and no stream, is counted, and said once") {
  TunnelSite site(with("RTMPTSessionLog /dev/full"));
  auto& httpd = site.httpd();
  httpd.error_log().expect("RTMPT341: session log /dev/full loses lines: No space left on device");
  auto stream = site.session(handed_over());
  for (int i = 0; i < 5; ++i)
    short_session(site, 1);
  CHECK_NOTHROW(carry_both_ways(stream, 200'000, 1));
  CHECK(happens([&] { return lost_lines(httpd) == 5; }));
  CHECK(httpd.error_log().count("RTMPT341", 1) == 1);
}

TEST_CASE("A program that dies is started again by httpd and gets the lines that follow") {
  PipedSite piped("cat >>logs/piped.log");
  auto& httpd = piped.site.httpd();
  httpd.error_log().allow("AH00106|AH00107|piped log program");
  const auto log = log_of(httpd, "piped.log");
  short_session(piped.site, 1);
  CHECK(log.wait_for(1) == Lines{"close 1"});
  const pid_t first = pid_of_program(httpd);
  REQUIRE(kill(first, SIGKILL) == 0);
  short_session(piped.site, 2); // perhaps nobody reads now: the pipe keeps it
  eventually("the program runs again", [&] { return pid_of_program(httpd) != first; });
  short_session(piped.site, 3);
  CHECK(log.wait_for(3) == Lines{"close 1", "close 2", "close 3"});
  CHECK(lost_lines(httpd) == 0);
}

TEST_CASE("Sessions that run over a graceful are logged by the program that was started then") {
  PipedSite piped("cat >>logs/piped.log");
  auto& httpd = piped.site.httpd();
  auto running = piped.site.session(handed_over());
  REQUIRE(running.client.send("22").status == 200);
  const pid_t first = pid_of_program(httpd);
  httpd.graceful();
  eventually("a new program runs", [&] { return pid_of_program(httpd) != first; });
  REQUIRE(running.client.close().status == 200);
  CHECK(log_of(httpd, "piped.log").wait_for(1) == Lines{"close 2"});
}

TEST_CASE("The sessions that httpd's end cuts off are in the log of a program, too") {
  PipedSite piped("cat >>logs/piped.log");
  auto& httpd = piped.site.httpd();
  std::vector<TunnelSession> running;
  for (int i = 0; i < 20; ++i) {
    running.push_back(piped.site.session(handed_over()));
    REQUIRE(running.back().client.send("22").status == 200);
  }
  httpd.stop();
  CHECK(log_of(httpd, "piped.log").wait_for(20) == Lines(20, "shutdown 2"));
}

TEST_CASE("A program that never reads loses lines and delays no stream") {
  constexpr std::uint32_t kSessions = 100;
  PipedSite piped("sleep 600", "%{end}r " + std::string(980, 'x'));
  auto& httpd = piped.site.httpd();
  httpd.error_log().expect("RTMPT341: session log \\|.*/program #[0-9a-f]{8} loses lines: what reads it does not keep");
  auto stream = piped.site.session(handed_over());
  for (std::uint32_t i = 0; i < kSessions; ++i) {
    if (i % 20 == 0) CHECK_NOTHROW(carry_both_ways(stream, 1'000, i + 2)); // or it ends for want of requests
    short_session(piped.site, 1);
  }
  CHECK_NOTHROW(carry_both_ways(stream, 200'000, 1));
  CHECK(happens([&] { return lost_lines(httpd) > 10; }));
  CHECK(lost_lines(httpd) < kSessions);
  CHECK(httpd.error_log().count("RTMPT341", 1) == 1);
}

TEST_CASE("A command for the shell is run by the shell, and one program serves every host that names it") {
  HttpdOptions options;
  options.site = "RTMPTSessionLog \"|$echo begins >>@ROOT@/logs/shell.log; cat >>@ROOT@/logs/shell.log\" \"%I\"\n";
  TunnelSite site(options); // its two virtual hosts have the same
  auto& httpd = site.httpd();
  const std::size_t before = log_of(httpd, "shell.log").wait_for(1).size();
  httpd.error_log().allow("AH00488: long lost child came home"); // what httpd says of the program that it ended
  httpd.graceful();
  const auto lines = log_of(httpd, "shell.log").wait_for(before + 1);
  CHECK(lines.size() == before + 1);
  short_session(site, 3);
  CHECK(log_of(httpd, "shell.log").wait_for(lines.size() + 1).back() == "3");
}
