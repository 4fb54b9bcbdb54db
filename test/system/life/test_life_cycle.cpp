// SPDX-License-Identifier: Apache-2.0
// The gateway's life beside httpd: through graceful and restart, after a crash, to the end.
#include "support/clients/http_connection.hpp"
#include "support/os/processes.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

HttpdOptions on(const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  return options;
}

// Carries bytes both ways on the session until told to stop; how many rounds went well.
int carry_until(TunnelSession& session, const std::atomic<bool>& stop) {
  int rounds = 0;
  while (!stop)
    carry_both_ways(session, 20'000, static_cast<std::uint32_t>(10 * rounds++));
  return rounds;
}

} // namespace

TEST_CASE("A handed-over stream goes on byte for byte through graceful and restart, with the same gateway") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(on(mpm));
  const auto pid = site.httpd().gateway_pid();
  auto session = site.session(handed_over());
  std::atomic<bool> stop{false};
  auto stream = std::async(std::launch::async, [&] { return carry_until(session, stop); });
  for (int i = 0; i < 3; ++i) {
    site.httpd().graceful();
    site.httpd().restart();
  }
  CHECK(stream.wait_for(0s) == std::future_status::timeout);
  stop = true;
  int rounds = 0;
  CHECK_NOTHROW(rounds = stream.get());
  CHECK(rounds > 3);
  CHECK(site.httpd().gateway_pids() == std::vector<pid_t>{pid});

  // New sessions, and new connections of the old one, reach the same gateway through the new children.
  session.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
  auto later = site.session(forwarded());
  CHECK_NOTHROW(carry_both_ways(later, 20'000, 2));
}

TEST_CASE(
    "A graceful whose signal reaches every process of httpd, as Red Hat's apachectl sends it, leaves streams alone") {
  TunnelSite site;
  const auto pid = site.httpd().gateway_pid();
  std::vector<TunnelSession> sessions;
  for (const auto& carriage : carriages())
    if (carriage.handed_over || carriage.tls) sessions.push_back(site.session(carriage));
  for (std::uint32_t i = 0; i < sessions.size(); ++i)
    carry_both_ways(sessions[i], 20'000, i);
  auto processes = children_of(site.httpd().parent_pid());
  REQUIRE(std::find(processes.begin(), processes.end(), pid) != processes.end());
  processes.push_back(site.httpd().parent_pid());
  for (const auto process : processes)
    REQUIRE(kill(process, SIGUSR1) == 0);
  site.httpd().error_log().wait_for("AH00489.*resuming normal operations", 2);
  for (const int signal : {SIGUSR2, SIGWINCH, SIGHUP})
    REQUIRE(kill(pid, signal) == 0);
  for (std::uint32_t i = 0; i < sessions.size(); ++i)
    CHECK_NOTHROW(carry_both_ways(sessions[i], 20'000, 10 + i));
  CHECK(site.httpd().gateway_pids() == std::vector<pid_t>{pid});
}

TEST_CASE("A forwarded session outlives the children that carried it") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(on(mpm));
  const auto pid = site.httpd().gateway_pid();
  auto session = site.session(forwarded());
  for (std::uint32_t i = 0; i < 3; ++i) {
    CHECK_NOTHROW(carry_both_ways(session, 20'000, i));
    site.httpd().graceful();
    session.client.reconnect();
  }
  site.httpd().restart();
  session.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 9));
  CHECK(site.httpd().gateway_pid() == pid);
}

TEST_CASE("After kill -9 of the gateway a new session works soon, and the lost one is unknown") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(on(mpm));
  site.httpd().error_log().expect("rtmpt_proxy:error.*RTMPT[0-9]+.*gateway");
  for (int i = 0; i < 2; ++i) { // no more often: httpd may wait with a gateway that keeps on dying
    auto lost = site.session(handed_over());
    const auto pid = site.httpd().gateway_pid();
    const auto begin = Clock::now();
    REQUIRE(kill(pid, SIGKILL) == 0);
    eventually("a new session works", [&] {
      auto client = site.client(handed_over());
      return client.try_open().status == 200;
    });
    CHECK(since(begin) < 10s);
    CHECK(site.httpd().gateway_pid() != pid);
    site.backend().accept();
    CHECK_NOTHROW(lost.media->wait_for_end());
    lost.client.reconnect();
    CHECK(lost.client.idle().status == 404);
    auto session = site.session(forwarded());
    CHECK_NOTHROW(carry_both_ways(session, 20'000, 3));
  }
}

TEST_CASE("The gateway is gone after httpd's stop, and its sessions with it") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(on(mpm));
  auto session = site.session(handed_over());
  site.httpd().stop();
  CHECK(happens([&] { return site.httpd().gateway_pids().empty(); }));
  CHECK_NOTHROW(session.media->wait_for_end());
}

TEST_CASE("The gateway is gone after kill -9 of httpd's parent") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  TunnelSite site(on(mpm));
  auto session = site.session(handed_over());
  site.httpd().kill_parent();
  CHECK(happens([&] { return site.httpd().gateway_pids().empty(); }));
  CHECK_NOTHROW(session.media->wait_for_end());
}

TEST_CASE("The gateway is not root and listens on no TCP port") {
  TunnelSite site;
  auto session = site.session(handed_over());
  const auto pid = site.httpd().gateway_pid();
  CHECK(user_of(pid) != 0);
  CHECK(group_of(pid) != 0);
  CHECK(listening_ports(pid).empty());
  CHECK(listening_ports(site.httpd().parent_pid()).size() == 4); // the same look finds httpd's own
}

TEST_CASE("A gateway that is killed again and again comes back once that has ended") {
  TunnelSite site;
  site.httpd().error_log().expect("rtmpt_proxy:error.*RTMPT082"); // a gateway was killed
  site.httpd().error_log().expect("rtmpt_proxy:warn.*RTMPT086");  // its successor is held back
  for (std::size_t starts = 1; starts <= 3; ++starts) {
    // In service, not only a process: one that dies before it has greeted httpd is another case.
    site.httpd().error_log().wait_for("RTMPT080", starts);
    REQUIRE(kill(site.httpd().gateway_pid(), SIGKILL) == 0);
    site.httpd().error_log().wait_for("RTMPT082", starts);
  }
  TunnelSession session{site.client(handed_over()), nullptr};
  eventually(
      "a new session works",
      [&] {
        session.client.reconnect(); // httpd closes after a 503
        return session.client.try_open().status == 200;
      },
      Deadline(20s));
  session.media = site.backend().accept();
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 4));
}
