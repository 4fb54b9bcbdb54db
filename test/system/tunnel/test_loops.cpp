// SPDX-License-Identifier: Apache-2.0
// The gateway on several event loops: sessions of every loop over one site, and RTMPTGatewayThreads as it changes.
#include "support/os/processes.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <map>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// One session each before the next loop is used: they spread evenly.
HttpdOptions with_threads(const std::string& threads, const std::string& mpm = "event",
                          const std::string& sessions = "1") {
  HttpdOptions options;
  options.mpm = mpm;
  options.global = "RTMPTGatewayThreads " + threads + " " + sessions + "\n";
  return options;
}

// Loops by the first characters of ids: A is loop 0.
std::map<char, int> by_loop(const std::vector<TunnelSession>& sessions) {
  std::map<char, int> counts;
  for (const TunnelSession& session : sessions)
    ++counts[session.client.id().front()];
  return counts;
}

std::vector<TunnelSession> open_sessions(TunnelSite& site, int count) {
  std::vector<TunnelSession> sessions;
  for (int i = 0; i < count; ++i)
    sessions.push_back(site.session(i % 2 == 0 ? handed_over() : forwarded()));
  return sessions;
}

bool is_alive(pid_t pid) {
  return kill(pid, 0) == 0;
}

} // namespace

TEST_CASE("Sessions spread over the loops, and every request finds its own from any child") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  TunnelSite site(with_threads("4", mpm));
  std::vector<TunnelSession> sessions;
  for (int i = 0; i < 64; ++i) {
    // Each is used at once: a session without any request ends after a few seconds.
    sessions.push_back(site.session(i % 2 == 0 ? handed_over() : forwarded()));
    REQUIRE_NOTHROW(carry_both_ways(sessions.back(), 2'000, 1));
  }
  const auto counts = by_loop(sessions);
  CHECK(counts == std::map<char, int>{{'A', 16}, {'B', 16}, {'C', 16}, {'D', 16}});
  for (TunnelSession& session : sessions) {
    session.client.reconnect(); // reaches another child
    REQUIRE_NOTHROW(carry_both_ways(session, 2'000, 2));
  }
  for (TunnelSession& session : sessions)
    CHECK(session.client.close().status == 200);
}

TEST_CASE("A loop gets its number of sessions before the next one is used") {
  TunnelSite site(with_threads("3", "event", "4"));
  auto sessions = open_sessions(site, 10);
  CHECK(by_loop(sessions) == std::map<char, int>{{'A', 4}, {'B', 4}, {'C', 2}});
  // What ends makes room at the first loop again.
  CHECK(sessions.front().client.close().status == 200);
  sessions.erase(sessions.begin());
  for (TunnelSession& more : open_sessions(site, 7))
    sessions.push_back(std::move(more));
  CHECK(by_loop(sessions) == std::map<char, int>{{'A', 6}, {'B', 5}, {'C', 5}});
  for (TunnelSession& session : sessions)
    CHECK_NOTHROW(carry_both_ways(session, 2'000, 3));
}

TEST_CASE("One loop carries everything when RTMPTGatewayThreads says so") {
  TunnelSite site(with_threads("1"));
  auto sessions = open_sessions(site, 6);
  CHECK(by_loop(sessions) == std::map<char, int>{{'A', 6}});
  for (TunnelSession& session : sessions)
    CHECK_NOTHROW(carry_both_ways(session, 2'000, 3));
}

TEST_CASE("A connection that a client uses for sessions of several loops serves them all") {
  TunnelSite site(with_threads("4"));
  auto sessions = open_sessions(site, 16);
  REQUIRE(by_loop(sessions).size() == 4);
  HttpConnection connection(site.httpd().plain());
  for (int round = 0; round < 3; ++round)
    for (TunnelSession& session : sessions) {
      const auto got = session.media->received().size();
      connection.send(post(tunnel_target("send", session.client.id(), session.client.take_number()), "abc"));
      REQUIRE(connection.receive().status == 200);
      CHECK(session.media->wait_for_bytes(got + 3).size() == got + 3);
    }
  // Nothing of these reached httpd but the first, which was handed over.
  CHECK(site.httpd().access_count("POST /send") <= 1);
}

TEST_CASE("A changed RTMPTGatewayThreads takes a new gateway, and the same number keeps the old one") {
  ScriptedBackend backend;
  const auto options = [&backend](const std::string& threads) {
    HttpdOptions some = with_threads(threads);
    some.site = "RTMPTProxyPass " + backend.url() + "\n";
    return some;
  };
  const auto session_of = [&backend](const HttpdFixture& httpd, const Carriage& carriage) {
    TunnelSession session{TunnelClient(httpd.plain(), carriage.headers), nullptr};
    session.client.open();
    session.media = backend.accept();
    return session;
  };
  HttpdFixture httpd(options("4"));
  httpd.start();
  const pid_t first = httpd.gateway_pid();
  httpd.graceful();
  CHECK(httpd.gateway_pid() == first);
  std::vector<TunnelSession> old;
  for (int i = 0; i < 8; ++i)
    old.push_back(session_of(httpd, i % 2 == 0 ? handed_over() : forwarded()));
  CHECK(by_loop(old).size() == 4);

  httpd.configure(options("2"));
  httpd.graceful();
  httpd.error_log().wait_for("RTMPT080: rtmpt-gateway .* event loops: 2");
  std::vector<TunnelSession> later;
  for (int i = 0; i < 8; ++i)
    later.push_back(session_of(httpd, i % 2 == 0 ? handed_over() : forwarded()));
  const auto counts = by_loop(later);
  CHECK(counts.size() == 2);
  CHECK(counts.begin()->first == 'A');
  CHECK(counts.rbegin()->first == 'B');
  // Those of the old gateway's loops that the new one has not go on too, over new connections as well.
  CHECK(is_alive(first));
  for (TunnelSession& session : old) {
    const bool has_its_connection = session.client.headers().empty(); // httpd ended the others, which were idle
    if (has_its_connection) CHECK_NOTHROW(carry_both_ways(session, 2'000, 4));
    session.client.reconnect();
    CHECK_NOTHROW(carry_both_ways(session, 2'000, 5));
    CHECK(session.client.close().status == 200);
  }
  CHECK(happens([&] { return !is_alive(first); }, Deadline(20s)));
  for (TunnelSession& session : later)
    CHECK_NOTHROW(carry_both_ways(session, 2'000, 6));
}
