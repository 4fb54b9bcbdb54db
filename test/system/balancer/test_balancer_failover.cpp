// SPDX-License-Identifier: Apache-2.0
// A member that cannot take a session costs the client nothing but time: the next one is tried in the same request.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/balancer_manager.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/deaf_backend.hpp"
#include "support/peers/farm_rtmpt_member.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <functional>
#include <memory>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr const char* kErrorLine = R"(\[rtmpt_proxy:error\].*RTMPT050.*)";

// lbmethod=rtmptsessions takes the first of several empty members first.
HttpdOptions balanced(const std::vector<std::string>& members) {
  HttpdOptions options;
  options.plain_site = balancer_section("media", members, "  ProxySet lbmethod=rtmptsessions\n") +
                       "RTMPTProxyPass balancer://media\n" + kBalancerManagerLocation;
  return options;
}

std::size_t error_lines(HttpdFixture& httpd, const std::string& url = {}) {
  return httpd.error_log().matching(kErrorLine + url).size();
}

// A member that fails in one way for as long as it lives.
struct FailingMember {
  std::string url;
  std::shared_ptr<void> server;
  // The gateway watches a new connection for some milliseconds. On a busy machine this member may reset it later than
  // that: then the session has begun at this member, its client sees it end and opens again.
  bool may_fail_late = false;
};

struct Failure {
  std::string name;
  std::function<FailingMember()> make;
};

std::ostream& operator<<(std::ostream& out, const Failure& failure) {
  return out << failure.name;
}

Failure rtmpt_answer(const std::string& name, const RtmptAnswer& answer) {
  return {name, [answer] {
            auto member = std::make_shared<FarmRtmptMember>('x');
            member->answer_open_with(answer);
            return FailingMember{member->url(), member};
          }};
}

std::vector<Failure> failures() {
  using Then = RtmptAnswer::Then;
  const std::string html = "<html><body>It works!</body></html>";
  return {
      {"RTMP: refuses",
       [] {
         auto member = std::make_shared<FarmMember>('x');
         member->kill();
         return FailingMember{member->url(), member};
       }},
      {"RTMP: accepts and resets",
       [] {
         auto member = std::make_shared<FarmMember>('x');
         member->reset_new_connections();
         return FailingMember{member->url(), member, true};
       }},
      {"RTMP: does not answer",
       [] {
         auto backend = std::make_shared<DeafBackend>();
         return FailingMember{backend->url(), backend};
       }},
      {"RTMPT: refuses",
       [] {
         auto member = std::make_shared<FarmRtmptMember>('x');
         member->server().stop_listening();
         return FailingMember{member->url(), member};
       }},
      rtmpt_answer("RTMPT: resets the open", {.bytes = "", .then = Then::reset}),
      rtmpt_answer("RTMPT: closes on the open", {.bytes = "", .then = Then::finish}),
      rtmpt_answer("RTMPT: does not answer the open", {.held = true}),
      rtmpt_answer("RTMPT: 503", {.bytes = rtmpt_reply("busy", "Retry-After: 9\r\n", "503 Service Unavailable")}),
      rtmpt_answer("RTMPT: a page", {.bytes = rtmpt_reply(html, "Content-Type: text/html\r\n")}),
      rtmpt_answer("RTMPT: an id with a slash", {.bytes = rtmpt_reply("a/b\n")}),
      rtmpt_answer("RTMPT: nonsense", {.bytes = "SSH-2.0-OpenSSH_9.2\r\n\r\n"}),
  };
}

// Opens again where a session that began at a member that fails late has ended, as its client would.
FarmSession begin_session_beside(const FailingMember& failing, HttpdFixture& httpd, const Carriage& carriage) {
  constexpr int kMostTries = 200;
  for (int tries = 1;; ++tries) {
    try {
      return begin_session(httpd.plain(), carriage.headers);
    } catch (const std::exception&) {
      if (!failing.may_fail_late || tries == kMostTries) throw;
    }
  }
}

} // namespace

TEST_CASE("In one and the same open the next member takes the session that the first one could not") {
  const auto failure = GENERATE(from_range(failures()));
  const auto carriage = GENERATE(handed_over(), forwarded());
  CAPTURE(failure, carriage);
  const auto failing = failure.make();
  FarmMember good('b');
  const std::string keys = " retry=60 connectiontimeout=1";
  HttpdFixture httpd(balanced({failing.url + keys, good.url() + keys}));
  httpd.start();
  httpd.error_log().expect(kErrorLine + failing.url);
  const auto begin = Clock::now();
  auto session = begin_session_beside(failing, httpd, carriage);
  CHECK(Clock::now() - begin < 20s);
  CHECK(session.member == 'b');
  CHECK_NOTHROW(carry_and_return(session, 20'000, 1));
  BalancerManager manager(httpd.plain(), "media");
  CHECK(manager.is(failing.url, "Err"));
  CHECK(manager.is(good.url(), "Ok"));
  // For its retry time nobody asks it again.
  CHECK(begin_session(httpd.plain(), carriage.headers).member == 'b');
  CHECK(error_lines(httpd, failing.url) == 1);
  CHECK(error_lines(httpd) == 1);
}

TEST_CASE("Two of three members may be dead, whichever they are, with nothing said about attempts") {
  const char alive = GENERATE('a', 'b', 'c');
  CAPTURE(alive);
  FarmMember a('a');
  FarmMember b('b');
  FarmMember c('c');
  for (auto* member : {&a, &b, &c})
    if (member->name() != alive) member->kill();
  HttpdFixture httpd(balanced({a.url() + " retry=60", b.url() + " retry=60", c.url() + " retry=60"}));
  httpd.start();
  for (int i = 0; i < 6; ++i)
    CHECK(begin_session(httpd.plain()).member == alive);
  CHECK(error_lines(httpd) == 2); // each dead one was asked once
  httpd.error_log().expect(kErrorLine);
}

TEST_CASE("With all members dead the client gets 503 with Retry-After and the log one line for each") {
  FarmMember a('a');
  FarmMember b('b');
  FarmRtmptMember c('c');
  a.kill();
  b.kill();
  c.server().stop_listening();
  HttpdFixture httpd(balanced({a.url() + " retry=60", b.url() + " retry=60", c.url() + " retry=60"}));
  httpd.start();
  httpd.error_log().expect(kErrorLine);
  std::size_t times = 0;
  for (const auto& carriage : {handed_over(), forwarded()}) {
    CAPTURE(carriage);
    TunnelClient client(httpd.plain(), carriage.headers);
    const auto reply = client.try_open();
    CHECK(reply.status == 503);
    CHECK(reply.header("Retry-After"));
    ++times;
    for (const auto& url : {a.url(), b.url(), c.url()})
      CHECK(error_lines(httpd, url) == times);
  }
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  // When none is left, each is tried whatever its retry time.
  b.revive();
  CHECK(begin_session(httpd.plain()).member == 'b');
}

TEST_CASE("Trouble with the gateway is no fault of a member") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced({a.url() + " retry=60 connectiontimeout=1", b.url() + " retry=60 connectiontimeout=1"}));
  httpd.start();
  BalancerManager manager(httpd.plain(), "media");
  auto before = begin_sessions(httpd.plain(), 4, 2);
  const auto gateway = httpd.gateway_pid();
  const auto check_members = [&] {
    CHECK(manager.is(a.url(), "Ok"));
    CHECK(manager.is(b.url(), "Ok"));
    CHECK(error_lines(httpd) == 0);
  };
  // Alive, and silent.
  kill(gateway, SIGSTOP);
  TunnelClient client(httpd.plain());
  CHECK(client.try_open().status == 503);
  check_members();
  kill(gateway, SIGCONT);
  httpd.error_log().expect("RTMPT056|RTMPT060"); // it can be asked neither for a choice nor for a session
  for (auto& session : before)
    CHECK_NOTHROW(carry_and_return(session, 5'000, 1));
  // Dead, and started again.
  kill(gateway, SIGKILL);
  httpd.error_log().expect("RTMPT082");
  // A process that is there does not answer yet.
  REQUIRE(happens([&] { return httpd.error_log().matching("RTMPT080").size() >= 2; }));
  std::vector<FarmSession> after;
  while (after.size() < 10)
    after.push_back(begin_session(httpd.plain()));
  CHECK(sessions_at(after, a) == 5);
  CHECK(sessions_at(after, b) == 5);
  check_members();
}
