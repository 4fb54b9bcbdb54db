// SPDX-License-Identifier: Apache-2.0
// Members taken out of service and put into it while sessions run: a session never leaves its backend.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/balancer_manager.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

namespace {

// The fewest sessions first, so that it is known where the next one goes.
constexpr const char* kFewestFirst = "  ProxySet lbmethod=rtmptsessions growth=2\n";

HttpdOptions balanced(const std::vector<std::string>& members) {
  HttpdOptions options;
  options.plain_site =
      balancer_section("media", members, kFewestFirst) + "RTMPTProxyPass balancer://media\n" + kBalancerManagerLocation;
  return options;
}

// Three sessions at each of two members: two handed over and one forwarded, or the other way round.
std::vector<FarmSession> three_each(const HttpdFixture& httpd, const FarmMember& a, const FarmMember& b) {
  std::vector<FarmSession> sessions;
  for (int i = 0; i < 6; ++i)
    sessions.push_back(begin_session(httpd.plain(), i % 4 < 2 ? handed_over().headers : forwarded().headers));
  REQUIRE(sessions_at(sessions, a) == 3);
  REQUIRE(sessions_at(sessions, b) == 3);
  return sessions;
}

void check_all_carry(std::vector<FarmSession>& sessions, std::uint32_t seed) {
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 20'000, seed++));
}

} // namespace

TEST_CASE("A member that is drained or disabled keeps its sessions, and new ones avoid it until that is undone") {
  const char status = GENERATE('N', 'D');
  CAPTURE(status);
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced({a.url(), b.url()}));
  httpd.start();
  BalancerManager manager(httpd.plain(), "media");
  auto sessions = three_each(httpd, a, b);

  manager.set_status(a.url(), status, true);
  CHECK(manager.is(a.url(), status == 'N' ? "Drn" : "Dis"));
  auto later = begin_sessions(httpd.plain(), 8, 4);
  CHECK(sessions_at(later, b) == 8);
  CHECK(a.greeted() == 3);
  check_all_carry(sessions, 100);
  CHECK(a.live() == 3);

  manager.set_status(a.url(), status, false);
  CHECK(manager.is(a.url(), "Ok"));
  auto after = begin_sessions(httpd.plain(), 8, 4); // 3 sessions here and 11 there: all of these make up for it
  CHECK(sessions_at(after, a) == 8);
  check_all_carry(sessions, 200);
  check_all_carry(later, 300);
}

TEST_CASE("With every member drained or disabled no session begins, and those that run go on") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced({a.url(), b.url()}));
  httpd.start();
  httpd.error_log().expect("AH01170"); // all workers are in error state: none is usable
  BalancerManager manager(httpd.plain(), "media");
  auto sessions = three_each(httpd, a, b);
  manager.set_status(a.url(), 'N', true);
  manager.set_status(b.url(), 'D', true);
  for (const auto& carriage : {handed_over(), forwarded()}) {
    CAPTURE(carriage);
    TunnelClient client(httpd.plain(), carriage.headers);
    CHECK(client.try_open().status == 503);
  }
  check_all_carry(sessions, 400);
  manager.set_status(b.url(), 'D', false);
  CHECK(begin_session(httpd.plain()).member == 'b');
}

TEST_CASE("A session ends with its member and is not moved to another") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced({a.url(), b.url()}));
  httpd.start();
  auto sessions = three_each(httpd, a, b);
  a.kill();
  for (auto& session : sessions) {
    CAPTURE(session.member, session.client.headers());
    if (session.member == 'b') {
      CHECK_NOTHROW(carry_and_return(session, 20'000, 7));
      continue;
    }
    HttpResponse told;
    REQUIRE(happens([&] { return (told = session.client.idle()).says_close(); }));
    CHECK(told.status == 200);
    CHECK(session.client.connection().closed_by_server());
    session.client.reconnect();
    CHECK(session.client.send("to whom?").status == 404);
  }
  CHECK(b.greeted() == 3);
  CHECK(b.live() == 3);
}

TEST_CASE("Sessions stay where they are when a graceful restart takes their member out of the configuration") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced({a.url(), b.url()}));
  httpd.start();
  auto sessions = three_each(httpd, a, b);
  httpd.configure(balanced({b.url()}));
  httpd.graceful();
  for (auto& session : sessions) // httpd ends the connections that it has kept itself
    if (!session.client.headers().empty()) session.client.reconnect();
  check_all_carry(sessions, 500);
  CHECK(sessions_at(begin_sessions(httpd.plain(), 4, 2), b) == 4);
  CHECK(a.live() == 3);
}

TEST_CASE("A member added while httpd runs gets sessions once it is enabled") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced({a.url()}));
  httpd.start();
  BalancerManager manager(httpd.plain(), "media");
  auto before = begin_sessions(httpd.plain(), 4, 2);
  manager.add_member(b.url());
  CHECK(manager.is(b.url(), "Dis")); // as mod_proxy adds it
  CHECK(sessions_at(begin_sessions(httpd.plain(), 2, 2), a) == 2);
  manager.set_status(b.url(), 'D', false);
  CHECK(sessions_at(begin_sessions(httpd.plain(), 4, 2), b) == 4);
  check_all_carry(before, 600);
}
