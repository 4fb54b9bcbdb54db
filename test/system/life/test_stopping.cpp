// SPDX-License-Identifier: Apache-2.0
// What httpd's ways to stop do to streams over TLS that a child of an earlier generation still carries.
#include "support/clients/http_connection.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

// httpd gives its children three seconds and then says so in its log (AH00045), which no test here lets pass. The time
// that a test measures itself may be longer, for it has the start of programs in it: it is for what httpd does not
// watch.
constexpr std::chrono::milliseconds kAtOnce{8000};

// How long a graceful stop lets streams go on; bytes are carried for the first half, for a busy machine is slow.
constexpr std::chrono::seconds kGracefulTime{5};
constexpr std::chrono::seconds kUsualGracefulTime{10};
constexpr std::chrono::milliseconds kTooEarly{100};

std::vector<TunnelSession> pumped_sessions(TunnelSite& site, int count) {
  std::vector<TunnelSession> sessions;
  for (int i = 0; i < count; ++i) {
    sessions.push_back(site.session(over_tls()));
    carry_both_ways(sessions.back(), 20'000, static_cast<std::uint32_t>(i));
  }
  return sessions;
}

void check_all_go_on(std::vector<TunnelSession>& sessions) {
  for (std::size_t i = 0; i < sessions.size(); ++i)
    CHECK_NOTHROW(carry_both_ways(sessions[i], 20'000, static_cast<std::uint32_t>(100 + i)));
}

// Streams that httpd itself does not end at a graceful stop.
std::vector<Carriage> lasting_ways() {
  return {handed_over(), over_tls()};
}

} // namespace

TEST_CASE("Restart and stop after graceful end the streams of retired children at once") {
  TunnelSite site(pumped_options());
  auto sessions = pumped_sessions(site, 6);
  site.httpd().graceful();
  check_all_go_on(sessions);
  REQUIRE(pumped_connections(site.httpd()) == sessions.size());
  const auto before = Clock::now();
  SECTION("restart") {
    site.httpd().restart();
    CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
    auto next = site.session(over_tls());
    CHECK_NOTHROW(carry_both_ways(next, 20'000, 1));
  }
  SECTION("stop") {
    site.httpd().stop();
  }
  CHECK(Clock::now() - before < kAtOnce);
  for (auto& session : sessions)
    CHECK(session.client.connection().closed_by_server());
  CHECK(ended_connections(site.httpd()) >= sessions.size());
}

TEST_CASE("A graceful stop lets streams go on for GracefulShutdownTimeout, and then ends them") {
  auto options = pumped_options();
  options.mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(options.mpm);
  options.global += "GracefulShutdownTimeout " + std::to_string(kGracefulTime.count()) + "\n";
  TunnelSite site(options);
  std::vector<TunnelSession> sessions;
  for (const auto& way : lasting_ways())
    sessions.push_back(site.session(way));
  check_all_go_on(sessions);
  const auto before = Clock::now();
  site.httpd().begin_graceful_stop();
  while (Clock::now() - before < kGracefulTime / 2)
    check_all_go_on(sessions);
  for (auto& session : sessions) {
    CHECK(session.client.connection().closed_by_server());
    CHECK_NOTHROW(session.media->wait_for_end());
  }
  CHECK(Clock::now() - before >= kGracefulTime - kTooEarly);
  CHECK(site.httpd().ends_by(Deadline(20s)));
}

TEST_CASE("Without GracefulShutdownTimeout streams go on for ten seconds, and downloads for as long as they take") {
  constexpr std::size_t kDownloadBytes = 60u << 20; // more than the kernel keeps for a slow reader
  auto options = pumped_options();
  TunnelSite site(options);
  write_file(site.httpd().document_root() / "large.bin", std::string(kDownloadBytes, 'x'));
  std::vector<TunnelSession> sessions;
  for (const auto& way : lasting_ways())
    sessions.push_back(site.session(way));
  check_all_go_on(sessions);
  const auto download = connect_to(site.httpd().plain());
  download->write_all("GET /large.bin HTTP/1.0\r\n\r\n");
  std::size_t loaded_bytes = download->read_some(Deadline{}).size();
  const auto before = Clock::now();
  site.httpd().begin_graceful_stop();
  while (Clock::now() - before < kUsualGracefulTime / 2)
    check_all_go_on(sessions);
  for (auto& session : sessions)
    CHECK(session.client.connection().closed_by_server());
  CHECK(Clock::now() - before >= kUsualGracefulTime - kTooEarly);
  CHECK_FALSE(site.httpd().ends_by(Deadline(2s)));
  while (const std::size_t more_bytes = download->read_some(Deadline{}).size())
    loaded_bytes += more_bytes;
  CHECK(loaded_bytes > kDownloadBytes); // the head too
  CHECK(site.httpd().ends_by(Deadline(20s)));
}

TEST_CASE("A graceful stop waits no longer than the last stream lasts") {
  TunnelSite site(pumped_options());
  std::vector<TunnelSession> sessions;
  for (const auto& way : lasting_ways())
    sessions.push_back(site.session(way));
  check_all_go_on(sessions);
  const auto before = Clock::now();
  SECTION("with streams") {
    site.httpd().begin_graceful_stop();
    check_all_go_on(sessions);
    for (auto& session : sessions)
      CHECK(session.client.close().status == 200);
    sessions.clear();
  }
  SECTION("without") {
    for (auto& session : sessions)
      CHECK(session.client.close().status == 200);
    sessions.clear();
    site.httpd().begin_graceful_stop();
  }
  CHECK(site.httpd().ends_by(Deadline(20s)));
  CHECK(Clock::now() - before < 9s);
}

TEST_CASE("Stop ends a graceful stop at once") {
  TunnelSite site(pumped_options());
  std::vector<TunnelSession> sessions;
  std::chrono::milliseconds after{0};
  SECTION("with streams that were handed over") {
    sessions.push_back(site.session(handed_over()));
  }
  SECTION("with streams that were handed over, when httpd waits for nothing else any more") {
    sessions.push_back(site.session(handed_over()));
    after = 2500ms; // more than the second that httpd's parent sleeps between two looks at its children
  }
  SECTION("with streams over TLS") {
    sessions.push_back(site.session(over_tls()));
  }
  check_all_go_on(sessions);
  const auto told = Clock::now();
  site.httpd().begin_graceful_stop();
  site.httpd().error_log().wait_for("AH00492|RTMPT390", 2); // httpd's parent overlooks a signal before
  do
    check_all_go_on(sessions);
  while (Clock::now() - told < after);
  const auto before = Clock::now();
  kill(site.httpd().parent_pid(), SIGTERM); // "-k stop" finds no process: its file is gone
  CHECK(site.httpd().ends_by(Deadline(20s)));
  CHECK(Clock::now() - before < kAtOnce);
}

TEST_CASE("A forwarded stream loses its kept connection, and goes on over another one while httpd takes any") {
  TunnelSite site;
  TunnelSession session = site.session(forwarded());
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
  const auto goes_on = [&] {
    CHECK(session.client.connection().closed_by_server());
    session.client.reconnect();
    CHECK_NOTHROW(carry_both_ways(session, 20'000, 2));
  };
  SECTION("graceful") {
    site.httpd().graceful();
    goes_on();
  }
  SECTION("restart") {
    site.httpd().restart();
    goes_on();
  }
  SECTION("graceful-stop") {
    site.httpd().begin_graceful_stop();
    CHECK(session.client.connection().closed_by_server());
    CHECK(happens([&] { return !accepts(site.httpd().plain().port); }));
    CHECK_NOTHROW(session.media->wait_for_end(Deadline(20s)));
    CHECK(site.httpd().ends_by(Deadline(20s)));
  }
  SECTION("stop") {
    const auto before = Clock::now();
    site.httpd().stop();
    CHECK(Clock::now() - before < kAtOnce);
    CHECK(session.client.connection().closed_by_server());
    CHECK_NOTHROW(session.media->wait_for_end());
  }
}

TEST_CASE("With MPM worker and prefork streams over TLS keep their connection through graceful") {
  const std::string mpm = GENERATE("worker", "prefork");
  CAPTURE(mpm);
  auto options = pumped_options();
  options.mpm = mpm;
  TunnelSite site(options);
  std::vector<TunnelSession> sessions;
  for (int i = 0; i < 3; ++i)
    sessions.push_back(site.session(over_tls()));
  check_all_go_on(sessions);
  for (int i = 0; i < 3; ++i) {
    site.httpd().graceful();
    check_all_go_on(sessions);
  }
  SECTION("restart ends them at once") {
    const auto before = Clock::now();
    site.httpd().restart();
    CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
    CHECK(Clock::now() - before < kAtOnce);
    for (auto& session : sessions)
      CHECK(session.client.connection().closed_by_server());
  }
  SECTION("their children end with them") {
    const auto children = children_of(site.httpd());
    for (auto& session : sessions)
      CHECK(session.client.close().status == 200);
    sessions.clear();
    CHECK(happens([&] { return children_of(site.httpd()).size() < children.size(); }));
  }
  SECTION("pages are not kept: their connection ends with the child") {
    HttpConnection page(site.httpd().tls());
    page.send(get("/"));
    CHECK(page.receive().body == kPageText);
    site.httpd().graceful();
    CHECK(page.closed_by_server());
    check_all_go_on(sessions);
  }
}
