// SPDX-License-Identifier: Apache-2.0
// lbmethod=rtmptsessions: sessions are spread by how many there are, whichever child of httpd admits them.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <set>

using namespace rtmpt_proxy::test;

namespace {

HttpdOptions balanced(const std::vector<std::string>& members, const std::string& mpm = "event") {
  HttpdOptions options;
  options.mpm = mpm;
  // Which child answers is logged with each request.
  options.global = "StartServers 4\n<IfModule !mpm_prefork_module>\n  MinSpareThreads 64\n</IfModule>\n"
                   "LogFormat \"%P %r\" child\nCustomLog @ROOT@/logs/children.log child\n";
  options.plain_site = balancer_section("media", members, "  ProxySet lbmethod=rtmptsessions\n") +
                       "RTMPTProxyPass balancer://media\nRTMPTSessionTimeout 60s\n";
  return options;
}

std::size_t children_with_sessions(const HttpdFixture& httpd) {
  std::set<std::string> children;
  for (const auto& line : lines_of(read_file(httpd.root() / "logs/children.log"))) {
    if (line.find(" POST /open/1 ") != std::string::npos) children.insert(line.substr(0, line.find(' ')));
  }
  return children.size();
}

bool about(std::size_t wanted, std::size_t got) {
  return got + 2 >= wanted && got <= wanted + 2;
}

} // namespace

TEST_CASE("40 sessions over members with loadfactor 1 and 3 end up 10 and 30, and new ones restore that") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  FarmMember light('a');
  FarmMember heavy('b');
  HttpdFixture httpd(balanced({light.url() + " loadfactor=1", heavy.url() + " loadfactor=3"}, mpm));
  httpd.start();
  auto sessions = begin_sessions(httpd.plain(), 40, 10);
  const auto children = children_with_sessions(httpd);
  std::printf("%s: %zu sessions at loadfactor 1, %zu at loadfactor 3, by %zu children\n", mpm.c_str(),
              sessions_at(sessions, light), sessions_at(sessions, heavy), children);
  CHECK(children >= 2);
  CHECK(about(10, light.live()));
  CHECK(about(30, heavy.live()));
  CHECK(sessions_at(sessions, light) == light.live());

  end_sessions(sessions, heavy, 20);
  for (auto& session : begin_sessions(httpd.plain(), 20, 10))
    sessions.push_back(std::move(session));
  std::printf("%s: after 20 ended at loadfactor 3 and 20 more began: %zu and %zu\n", mpm.c_str(),
              sessions_at(sessions, light), sessions_at(sessions, heavy));
  CHECK(about(10, sessions_at(sessions, light)));
  CHECK(about(30, sessions_at(sessions, heavy)));

  end_sessions(sessions, light, sessions_at(sessions, light));
  for (auto& session : begin_sessions(httpd.plain(), 10, 5))
    sessions.push_back(std::move(session));
  CHECK(about(10, sessions_at(sessions, light)));
  CHECK(sessions_at(sessions, light) + sessions_at(sessions, heavy) == 40);
}

TEST_CASE("Sessions that are opened at the same moment do not all go to the emptiest member") {
  FarmMember a('a');
  FarmMember b('b');
  FarmMember c('c');
  HttpdFixture httpd(balanced({a.url(), b.url(), c.url()}));
  httpd.start();
  const auto sessions = begin_sessions(httpd.plain(), 30, 30);
  for (const auto* member : {&a, &b, &c}) {
    CAPTURE(member->name());
    CHECK(sessions_at(sessions, *member) == 10);
  }
}

TEST_CASE("The sessions of every virtual host count, and so do those of a single backend's address") {
  FarmMember a('a');
  FarmMember b('b');
  auto options = balanced({a.url(), b.url()});
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName single\n  RTMPTProxyPass " + a.url() +
                       "\n</VirtualHost>\n<VirtualHost *:@PORT@>\n  ServerName balanced\n" +
                       balancer_section("other", {a.url(), b.url()}, "  ProxySet lbmethod=rtmptsessions\n") +
                       "  RTMPTProxyPass balancer://other\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  std::vector<FarmSession> sessions;
  for (int i = 0; i < 6; ++i)
    sessions.push_back(begin_session(httpd.plain(), "Host: single\r\n"));
  REQUIRE(a.live() == 6);
  for (int i = 0; i < 3; ++i) {
    sessions.push_back(begin_session(httpd.plain()));
    sessions.push_back(begin_session(httpd.plain(), "Host: balanced\r\n"));
  }
  CHECK(b.live() == 6);
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 5'000, 3));
}

TEST_CASE("Sessions that end in whatever way make room at their member") {
  FarmMember a('a');
  FarmMember b('b');
  auto options = balanced({a.url(), b.url()});
  options.plain_site += "RTMPTSessionTimeout 1s\n"; // instead of the minute
  HttpdFixture httpd(options);
  httpd.start();
  auto sessions = begin_sessions(httpd.plain(), 10, 5);
  REQUIRE(a.live() == 5);
  REQUIRE(b.live() == 5);
  // By /close, by a connection that is gone, and by silence.
  end_sessions(sessions, a, 2);
  sessions.clear();
  REQUIRE(happens([&] { return a.live() == 0 && b.live() == 0; }));
  const auto after = begin_sessions(httpd.plain(), 10, 5);
  CHECK(sessions_at(after, a) == 5);
  CHECK(sessions_at(after, b) == 5);
}

TEST_CASE("A host that is nothing but a tunnel uses a balancer by ProxyPass, and counts likewise") {
  FarmMember a('a');
  FarmMember b('b');
  auto options = balanced({a.url(), b.url() + " loadfactor=2"});
  options.more_hosts =
      "<VirtualHost *:@PORT@>\n  ServerName tunnel\n" +
      balancer_section("tunnel", {a.url(), b.url() + " loadfactor=2"}, "  ProxySet lbmethod=rtmptsessions\n") +
      "  ProxyPass / balancer://tunnel/\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  std::vector<FarmSession> sessions;
  for (int i = 0; i < 6; ++i) {
    sessions.push_back(begin_session(httpd.plain()));
    sessions.push_back(begin_session(httpd.plain(), "Host: tunnel\r\n"));
  }
  CHECK(a.live() == 4);
  CHECK(b.live() == 8);
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 5'000, 4));
}
