// SPDX-License-Identifier: Apache-2.0
// RTMPTMaxSessions and RTMPTMaxSessionsPerClient: counted across all children of httpd, never exceeded.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/balancer_manager.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kTooMany = R"(\[rtmpt_proxy:(notice|info)\].*RTMPT053.*)";
constexpr const char* kTooManyOfClient = R"(\[rtmpt_proxy:(notice|info)\].*RTMPT054.*)";

HttpdOptions limited(const FarmMember& member, const std::string& limit) {
  HttpdOptions options;
  options.global = "StartServers 4\n<IfModule !mpm_prefork_module>\n  MinSpareThreads 64\n</IfModule>\n";
  options.site = "RTMPTProxyPass " + member.url() + "\n" + limit + "\n";
  return options;
}

// What a limit answers with, or a failure of the test.
void check_refused(const Endpoint& endpoint, const std::string& headers = {}) {
  TunnelClient client(endpoint, headers);
  const auto reply = client.try_open();
  CHECK(reply.status == 503);
  CHECK(reply.header("Retry-After"));
}

struct OpenCounts {
  std::size_t opened = 0;
  std::size_t refused = 0;
  std::size_t other = 0;
  std::vector<std::unique_ptr<TunnelClient>> clients; // whose sessions run
};

// `count` opens, all at the same time.
OpenCounts open_at_once(const Endpoint& endpoint, std::size_t count) {
  std::vector<std::unique_ptr<TunnelClient>> clients;
  for (std::size_t i = 0; i < count; ++i)
    clients.push_back(std::make_unique<TunnelClient>(endpoint));
  std::vector<std::atomic<int>> statuses(count);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      try {
        statuses[i] = clients[i]->try_open().status;
      } catch (const std::exception&) {
        statuses[i] = -1;
      }
    });
  }
  OpenCounts counts;
  for (std::size_t i = 0; i < count; ++i) {
    threads[i].join();
    ++(statuses[i] == 200 ? counts.opened : statuses[i] == 503 ? counts.refused : counts.other);
    if (statuses[i] == 200) counts.clients.push_back(std::move(clients[i]));
  }
  return counts;
}

} // namespace

TEST_CASE("Of opens at the same moment exactly as many get a session as RTMPTMaxSessions allows") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  FarmMember member('a');
  auto options = limited(member, "RTMPTMaxSessions 7");
  options.mpm = mpm;
  HttpdFixture httpd(options);
  httpd.start();
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    const auto counts = open_at_once(httpd.plain(), 30);
    CHECK(counts.opened == 7);
    CHECK(counts.refused == 23);
    CHECK(counts.other == 0);
    check_refused(httpd.plain(), forwarded().headers);
    for (const auto& client : counts.clients) {
      CHECK(client->send("x").status == 200);
      CHECK(client->close().status == 200);
    }
  }
  CHECK(happens([&] { return member.greeted() == 21; }));
  CHECK(httpd.error_log().count(kTooMany, 3 * 24) == 3 * 24); // one line for each
}

TEST_CASE("A session that ends in whatever way makes room for one more") {
  FarmMember member('a');
  HttpdFixture httpd(limited(member, "RTMPTMaxSessions 2\nRTMPTSessionTimeout 3s"));
  httpd.start();
  std::vector<FarmSession> sessions;
  const auto fill = [&] {
    while (sessions.size() < 2)
      sessions.push_back(begin_session(httpd.plain()));
    check_refused(httpd.plain());
  };
  fill();
  SECTION("by /close") {
    REQUIRE(sessions[0].client.close().status == 200);
  }
  SECTION("because its connection is gone") {
    sessions.erase(sessions.begin());
  }
  SECTION("because its client is silent") {
    REQUIRE(happens([&] { return member.live() < 2; }));
  }
  SECTION("because its backend is gone") {
    member.kill();
    member.revive();
    for (auto& session : sessions)
      REQUIRE(happens([&] { return session.client.idle().says_close(); }));
  }
  sessions.clear();
  CHECK(happens([&] {
    TunnelClient client(httpd.plain());
    return client.try_open().status == 200;
  }));
}

TEST_CASE("An open that its backend fails keeps no place") {
  FarmMember member('a');
  HttpdFixture httpd(limited(member, "RTMPTMaxSessions 3\nRTMPTMaxSessionsPerClient 3"));
  httpd.start();
  httpd.error_log().expect("RTMPT050");
  member.kill();
  for (int i = 0; i < 5; ++i)
    check_refused(httpd.plain());
  const auto lines = httpd.error_log().matching("RTMPT050").size(); // one for each child in five seconds
  CHECK(lines >= 1);
  CHECK(lines <= 5);
  CHECK(httpd.error_log().matching(kTooMany).empty());
  member.revive();
  CHECK(open_at_once(httpd.plain(), 6).opened == 3);
}

TEST_CASE("RTMPTMaxSessionsPerClient counts each client address by itself") {
  FarmMember member('a');
  HttpdFixture httpd(limited(member, "RTMPTMaxSessionsPerClient 2\nRTMPTMaxSessions 5"));
  httpd.start();
  auto second = httpd.plain();
  second.from_address = "127.0.0.2";
  auto third = httpd.plain();
  third.from_address = "127.0.0.3";
  const auto of_first = open_at_once(httpd.plain(), 6);
  CHECK(of_first.opened == 2);
  CHECK(of_first.refused == 4);
  const auto of_second = open_at_once(second, 6);
  CHECK(of_second.opened == 2);
  CHECK(httpd.error_log().count(std::string(kTooManyOfClient) + R"(127\.0\.0\.2)", 4) == 4);
  CHECK(httpd.error_log().matching(kTooMany).empty());
  const auto of_third = open_at_once(third, 6); // here the other limit comes first
  CHECK(of_third.opened == 1);
  CHECK(of_third.refused == 5);
  CHECK(httpd.error_log().count(kTooMany, 5) == 5);
}

TEST_CASE("The client is the one that httpd knows behind a proxy") {
  FarmMember member('a');
  auto options = limited(member, "RTMPTMaxSessionsPerClient 1");
  options.more_modules = {"remoteip"};
  options.global += "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1\n";
  HttpdFixture httpd(options);
  httpd.start();
  std::vector<FarmSession> sessions;
  for (const std::string client : {"192.0.2.1", "192.0.2.2", "2001:db8::3"}) {
    CAPTURE(client);
    sessions.push_back(begin_session(httpd.plain(), "X-Forwarded-For: " + client + "\r\n"));
    check_refused(httpd.plain(), "X-Forwarded-For: " + client + "\r\n");
    CHECK(httpd.error_log().count(kTooManyOfClient + client, 1) == 1);
  }
  CHECK(member.live() == 3);
}

TEST_CASE("Each virtual host has its own count, also of a limit it inherits") {
  FarmMember member('a');
  auto options = limited(member, "");
  options.global += "RTMPTMaxSessions 2\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName other\n  RTMPTProxyPass " + member.url() +
                       "\n</VirtualHost>\n<VirtualHost *:@PORT@>\n  ServerName free\n  RTMPTMaxSessions 0\n"
                       "  RTMPTProxyPass " +
                       member.url() + "\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  std::vector<FarmSession> sessions;
  for (const std::string host : {"localhost", "other"}) {
    CAPTURE(host);
    for (int i = 0; i < 2; ++i)
      sessions.push_back(begin_session(httpd.plain(), "Host: " + host + "\r\n"));
    check_refused(httpd.plain(), "Host: " + host + "\r\n");
    CHECK(httpd.error_log().count(kTooMany + host, 1) == 1);
  }
  for (int i = 0; i < 10; ++i)
    sessions.push_back(begin_session(httpd.plain(), "Host: free\r\n"));
  CHECK(member.live() == 14);
}

TEST_CASE("A limit outlasts graceful and restart, for its sessions do") {
  FarmMember member('a');
  HttpdFixture httpd(limited(member, "RTMPTMaxSessions 2"));
  httpd.start();
  auto sessions = begin_sessions(httpd.plain(), 2);
  httpd.graceful();
  check_refused(httpd.plain());
  httpd.restart();
  check_refused(httpd.plain());
  end_sessions(sessions, member, 1);
  sessions.push_back(begin_session(httpd.plain()));
  httpd.configure(limited(member, "RTMPTMaxSessions 3"));
  httpd.graceful();
  sessions.push_back(begin_session(httpd.plain()));
  check_refused(httpd.plain());
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 1'000, 1));
}

TEST_CASE("A limit is no fault of a balancer's members, and none of them is tried for it") {
  FarmMember a('a');
  FarmMember b('b');
  const std::string lbmethod = GENERATE("rtmptsessions", "byrequests");
  CAPTURE(lbmethod);
  HttpdOptions options;
  options.plain_site = balancer_section("media", {a.url() + " retry=60", b.url() + " retry=60"},
                                        "  ProxySet lbmethod=" + lbmethod + "\n") +
                       "RTMPTProxyPass balancer://media\nRTMPTMaxSessions 2\n" + kBalancerManagerLocation;
  HttpdFixture httpd(options);
  httpd.start();
  auto sessions = begin_sessions(httpd.plain(), 2, 1);
  const auto counts = open_at_once(httpd.plain(), 20);
  CHECK(counts.refused == 20);
  CHECK(httpd.error_log().count(kTooMany, 20) == 20);
  BalancerManager manager(httpd.plain(), "media");
  CHECK(manager.is(a.url(), "Ok"));
  CHECK(manager.is(b.url(), "Ok"));
  CHECK(a.greeted() + b.greeted() == 2);
  sessions.front().client.close();
  CHECK_NOTHROW(begin_session(httpd.plain()));
}
