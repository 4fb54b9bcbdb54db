// SPDX-License-Identifier: Apache-2.0
// Which members are asked first: hot standbys, lbsets, and both kinds of media servers side by side.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/farm_rtmpt_member.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kErrorLine = R"(\[rtmpt_proxy:error\].*RTMPT050.*)";

HttpdOptions balanced(const std::vector<std::string>& members) {
  HttpdOptions options;
  options.plain_site =
      balancer_section("media", members, "  ProxySet lbmethod=rtmptsessions\n") + "RTMPTProxyPass balancer://media\n";
  return options;
}

} // namespace

TEST_CASE("A hot standby takes sessions only while all others are dead") {
  FarmMember a('a');
  FarmMember b('b');
  FarmMember standby('s');
  HttpdFixture httpd(balanced({a.url() + " retry=1", standby.url() + " retry=1 status=+H", b.url() + " retry=1"}));
  httpd.start();
  httpd.error_log().expect(kErrorLine);
  auto sessions = begin_sessions(httpd.plain(), 8, 4);
  CHECK(standby.greeted() == 0);
  a.kill();
  CHECK(sessions_at(begin_sessions(httpd.plain(), 4, 2), b) == 4);
  b.kill();
  CHECK(sessions_at(begin_sessions(httpd.plain(), 4, 2), standby) == 4);
  a.revive();
  CHECK(happens([&] { return begin_session(httpd.plain()).member == 'a'; }));
  const auto had = standby.greeted();
  CHECK(sessions_at(begin_sessions(httpd.plain(), 4, 2), a) == 4);
  CHECK(standby.greeted() == had);
}

TEST_CASE("Members of a higher lbset are used only when no lower one can be") {
  FarmMember first('a');
  FarmMember second('b');
  FarmMember also_second('c');
  HttpdFixture httpd(
      balanced({second.url() + " lbset=1", first.url() + " lbset=0 retry=60", also_second.url() + " lbset=1"}));
  httpd.start();
  httpd.error_log().expect(kErrorLine + first.url());
  CHECK(sessions_at(begin_sessions(httpd.plain(), 6, 3), first) == 6);
  first.kill();
  const auto sessions = begin_sessions(httpd.plain(), 6, 1);
  CHECK(sessions_at(sessions, second) == 3);
  CHECK(sessions_at(sessions, also_second) == 3);
  CHECK(httpd.error_log().count(kErrorLine, 1) == 1);
}

TEST_CASE("Members of both kinds stand side by side and share the sessions, whatever way these come") {
  FarmMember rtmp('a');
  FarmRtmptMember rtmpt('b');
  HttpdOptions options;
  options.global = balancer_section("media", {rtmp.url(), rtmpt.url()}, "  ProxySet lbmethod=rtmptsessions\n");
  options.site = "RTMPTProxyPass balancer://media\n";
  HttpdFixture httpd(options);
  httpd.start();
  std::vector<FarmSession> sessions;
  for (int i = 0; i < 4; ++i)
    for (const auto& carriage : carriages())
      sessions.push_back(begin_session(carriage.tls ? httpd.tls() : httpd.plain(), carriage.headers));
  CHECK(rtmp.live() == 6);
  CHECK(rtmpt.live() == 6);
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 30'000, 9));
}
