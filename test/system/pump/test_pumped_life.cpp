// SPDX-License-Identifier: Apache-2.0
// The lives of pumped connections and of the children that pump them: many at once, one after the other, and through
// graceful, stop and a crash of the gateway. What httpd counts is looked at on its status page.
#include "support/clients/http_connection.hpp"
#include "support/os/processes.hpp"
#include "support/os/random_bytes.hpp"
#include "support/sites/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <future>
#include <memory>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

HttpdOptions options_with_status() {
  auto options = pumped_options();
  options.more_modules = {"status"};
  options.plain_site = "<Location /server-status>\n  SetHandler server-status\n</Location>\n";
  return options;
}

// A number of server-status?auto.
int status_number(HttpdFixture& httpd, const std::string& name) {
  const auto page = fetch(httpd.plain(), "/server-status?auto").body;
  const auto at = page.find("\n" + name + ": ");
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in: " + page);
  int number = -1;
  const char* const begin = page.data() + at + name.size() + 3;
  std::from_chars(begin, page.data() + page.size(), number);
  return number;
}

int carry_until(TunnelSession& session, const std::atomic<bool>& stop) {
  int rounds = 0;
  while (!stop)
    carry_both_ways(session, 20'000, static_cast<std::uint32_t>(10 * rounds++));
  return rounds;
}

bool any_lives(const std::vector<pid_t>& pids, HttpdFixture& httpd) {
  const auto living = children_of(httpd);
  return std::any_of(pids.begin(), pids.end(),
                     [&](pid_t pid) { return std::count(living.begin(), living.end(), pid); });
}

// A child ends in good order when the last of its connections has: each that it counted must have been counted out.
bool children_end_when_asked(HttpdFixture& httpd) {
  const auto children = children_of(httpd);
  httpd.graceful();
  return !children.empty() && happens([&] { return !any_lives(children, httpd); });
}

bool all_have_ended(HttpdFixture& httpd) {
  return happens([&] { return ended_connections(httpd) == pumped_connections(httpd); });
}

} // namespace

TEST_CASE("200 pumped connections carry their bytes at once, and keep none of httpd's threads") {
  auto options = options_with_status();
  TunnelSite site(options);
  std::vector<TunnelSession> sessions;
  for (int i = 0; i < 200; ++i) {
    sessions.push_back(site.session(over_tls()));
    REQUIRE(sessions.back().client.send("first").status == 200);
    sessions.back().media->wait_for_bytes(5);
  }
  CHECK(pumped_connections(site.httpd()) == 200);
  // All of them wait for data now, longer than httpd would let a thread wait.
  for (auto& session : sessions)
    session.client.connection().send(session.client.request("idle", session.client.take_number(), ""));
  CHECK(happens([&] { return status_number(site.httpd(), "BusyWorkers") == 1; }));
  for (auto& session : sessions)
    REQUIRE(session.client.connection().receive().status == 200);
  for (std::size_t i = 0; i < sessions.size(); i += 10)
    CHECK_NOTHROW(carry_both_ways(sessions[i], 20'000, static_cast<std::uint32_t>(i)));
  sessions.clear();
  CHECK(children_end_when_asked(site.httpd()));
}

TEST_CASE("A thousand pumped connections one after the other leave nothing behind") {
  constexpr std::size_t kMemoryAllowance = 4u << 20; // bytes, all children: far less than one connection's each
  // Channels to the gateway that are kept, one more for each two threads that happened to ask at once.
  constexpr std::size_t kDescriptorAllowance = 20;
  TunnelSite site(options_with_status());
  auto session = std::make_unique<TunnelSession>(site.session(over_tls()));
  const auto use_connections = [&](int count) {
    for (int i = 0; i < count; ++i) {
      session->client.reconnect();
      REQUIRE(session->client.send("x").status == 200);
      REQUIRE(session->client.send("y").status == 200);
      if (i % 3 == 0) session->client.connection().reset();
    }
  };
  use_connections(300);
  const auto before = pumped_connections(site.httpd());
  CHECK(before == 300);
  session->client.reconnect();
  CHECK(all_have_ended(site.httpd()));
  const auto memory = memory_of_children(site.httpd());
  const auto descriptors = descriptors_of_children(site.httpd());
  use_connections(1000);
  CHECK(pumped_connections(site.httpd()) == before + 1000);
  session.reset();
  CHECK(all_have_ended(site.httpd()));
  std::printf("children: %zu KiB, %zu descriptors before; %zu KiB, %zu descriptors after\n", memory / 1024, descriptors,
              memory_of_children(site.httpd()) / 1024, descriptors_of_children(site.httpd()));
  CHECK(memory_of_children(site.httpd()) < memory + kMemoryAllowance);
  CHECK(descriptors_of_children(site.httpd()) <= descriptors + kDescriptorAllowance);
  CHECK(children_end_when_asked(site.httpd()));
}

TEST_CASE("A pumped stream goes on byte for byte through graceful, and its child ends with it") {
  TunnelSite site(pumped_options());
  auto session = site.session(over_tls());
  auto silent = site.session(over_tls());
  REQUIRE(silent.client.send("x").status == 200);
  silent.media->wait_for_bytes(1);
  const auto children = children_of(site.httpd());
  std::atomic<bool> stop{false};
  auto stream = std::async(std::launch::async, [&] { return carry_until(session, stop); });
  for (int i = 0; i < 3; ++i)
    site.httpd().graceful();
  CHECK(stream.wait_for(500ms) == std::future_status::timeout);
  stop = true;
  CHECK_NOTHROW(stream.get());
  CHECK(any_lives(children, site.httpd()));
  CHECK_NOTHROW(carry_both_ways(silent, 20'000, 1));
  CHECK(pumped_connections(site.httpd()) == 2);
  CHECK(forwarded_requests(site.httpd()) == 0);
  CHECK(silent.client.close().status == 200);
  session.client.reconnect();
  silent.client.reconnect();
  CHECK(happens([&] { return !any_lives(children, site.httpd()); }));
}

TEST_CASE("A child that retires after so many connections goes on with its pumped streams") {
  auto options = pumped_options();
  options.global += "MaxConnectionsPerChild 3\n";
  TunnelSite site(options);
  auto session = site.session(over_tls());
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
  const auto children = children_of(site.httpd());
  for (int i = 0; i < 30; ++i)
    REQUIRE(fetch(site.httpd().plain(), "/").status == 200);
  CHECK_NOTHROW(carry_both_ways(session, 100'000, 1));
  CHECK(any_lives(children, site.httpd()));
  CHECK(pumped_connections(site.httpd()) == 1);
  session.client.reconnect();
  CHECK(happens([&] { return !any_lives(children, site.httpd()); }));
}

TEST_CASE("Stop and restart end pumped streams at once, and in good order") {
  TunnelSite site(pumped_options());
  auto session = site.session(over_tls());
  std::vector<TunnelSession> others;
  for (int i = 0; i < 20; ++i)
    others.push_back(site.session(over_tls()));
  for (auto& other : others)
    REQUIRE(other.client.send("x").status == 200);
  CHECK_NOTHROW(carry_both_ways(session, 50'000, 1));
  const auto children = children_of(site.httpd());
  SECTION("restart") {
    site.httpd().restart();
    CHECK(session.client.connection().closed_by_server());
    CHECK(happens([&] { return !any_lives(children, site.httpd()); }));
    session.client.reconnect();
    CHECK_NOTHROW(carry_both_ways(session, 50'000, 2));
  }
  SECTION("stop") {
    std::atomic<bool> never{false};
    auto stream = std::async(std::launch::async, [&] { return carry_until(session, never); });
    site.httpd().stop();
    CHECK_THROWS(stream.get());
    for (auto& other : others)
      CHECK(other.client.connection().closed_by_server());
  }
}

TEST_CASE("When the gateway is killed its pumped clients are told, and httpd goes on") {
  TunnelSite site(options_with_status());
  site.httpd().error_log().expect("rtmpt_proxy:error.*RTMPT082");
  std::vector<TunnelSession> lost;
  for (int i = 0; i < 20; ++i)
    lost.push_back(site.session(over_tls()));
  for (auto& session : lost)
    REQUIRE(session.client.send("x").status == 200);
  REQUIRE(kill(site.httpd().gateway_pid(), SIGKILL) == 0);
  for (auto& session : lost)
    CHECK(session.client.connection().closed_by_server());
  eventually("a new session works", [&] { return site.client(over_tls()).try_open().status == 200; });
  site.backend().accept();
  CHECK(fetch(site.httpd().tls(), "/").body == kPageText);
  lost.clear();
  CHECK(children_end_when_asked(site.httpd()));
  auto session = site.session(over_tls());
  CHECK_NOTHROW(carry_both_ways(session, 30'000, 1));
}
