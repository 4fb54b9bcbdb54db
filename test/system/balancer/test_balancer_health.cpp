// SPDX-License-Identifier: Apache-2.0
// mod_proxy_hcheck and the default ports: a dead member is found before a client asks for it.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/balancer_manager.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/farm_rtmpt_member.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>

#include <unistd.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kErrorLine = R"(\[rtmpt_proxy:error\].*RTMPT050.*)";
constexpr const char* kChecked = " hcmethod=TCP hcinterval=1 retry=60";
constexpr const char* kCheckFailed = R"(proxy:error.*AH00957: HCTCP)"; // mod_proxy_hcheck's own line

HttpdOptions balanced(const std::vector<std::string>& members, const std::string& settings = {}) {
  HttpdOptions options;
  options.more_modules = {"proxy_hcheck"};
  options.plain_site = balancer_section("media", members, "  ProxySet lbmethod=rtmptsessions " + settings + "\n") +
                       "RTMPTProxyPass balancer://media\n" + kBalancerManagerLocation;
  return options;
}

bool becomes(const BalancerManager& manager, const std::string& url, std::string_view word) {
  return happens([&] { return manager.is(url, word); });
}

// A loopback address of this process's own, for servers on ports that every test would take.
std::string own_address() {
  const auto pid = getpid();
  return "127." + std::to_string(64 + pid % 128) + "." + std::to_string(pid / 128 % 256) + ".1";
}

// Whether servers may listen on port 80 here.
bool may_use_low_ports() {
  if (geteuid() == 0) return true;
  WARN("not checked: listening on port 80 takes root");
  return false;
}

} // namespace

TEST_CASE("A health check takes a dead RTMP member out before a client asks for it, and puts it back") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(balanced({a.url() + kChecked, b.url() + kChecked}));
  httpd.start();
  httpd.error_log().expect(kCheckFailed);
  BalancerManager manager(httpd.plain(), "media");
  auto sessions = begin_sessions(httpd.plain(), 4, 2);
  CHECK(sessions_at(sessions, a) == 2);
  a.kill();
  REQUIRE(becomes(manager, a.url(), "HcFl"));
  auto without = begin_sessions(httpd.plain(), 4, 2);
  CHECK(sessions_at(without, b) == 4);
  a.revive();
  REQUIRE(becomes(manager, a.url(), "Ok"));
  CHECK(sessions_at(begin_sessions(httpd.plain(), 4, 2), a) == 4);
  CHECK(httpd.error_log().matching(kErrorLine).empty());
  CHECK(b.live() == b.greeted());
}

TEST_CASE("A health check takes a dead RTMPT member out before a client asks for it, and puts it back") {
  auto a = std::make_unique<FarmRtmptMember>('a');
  const auto port = a->port();
  const auto url = a->url();
  FarmMember b('b');
  HttpdFixture httpd(balanced({url + kChecked, b.url() + kChecked}));
  httpd.start();
  httpd.error_log().expect(kCheckFailed);
  BalancerManager manager(httpd.plain(), "media");
  {
    const auto sessions = begin_sessions(httpd.plain(), 4, 2);
    CHECK(a->live() == 2);
    for (auto session : {0, 1})
      a->server().end(a->server().session(static_cast<std::size_t>(session)).connection, RtmptAnswer::Then::reset);
    a->server().stop_listening();
    httpd.error_log().expect("rtmpt_gateway:error.*" + url); // the two sessions, by their ids
  }
  REQUIRE(becomes(manager, url, "HcFl"));
  CHECK(sessions_at(begin_sessions(httpd.plain(), 4, 2), b) == 4);
  a.reset();
  FarmRtmptMember again('a', port);
  REQUIRE(becomes(manager, url, "Ok"));
  const auto sessions = begin_sessions(httpd.plain(), 4, 2);
  CHECK(again.live() == 4);
  CHECK(httpd.error_log().matching(kErrorLine).empty());
}

TEST_CASE("Members without a port have the default port of their scheme, for sessions and health checks") {
  if (!may_use_low_ports()) return;
  const auto address = own_address();
  FarmMember on_1935('a', address, 1935);
  FarmMember on_80('b', address, 80); // no RTMPT server: it stands for the port
  FarmMember elsewhere('c');
  const auto rtmp = "rtmp://" + address;
  const auto rtmpt = "rtmpt://" + address;
  HttpdFixture httpd(balanced({rtmp + kChecked, rtmpt + kChecked, elsewhere.url() + kChecked + " lbset=1"}));
  httpd.start();
  httpd.error_log().expect(kCheckFailed);
  BalancerManager manager(httpd.plain(), "media");
  CHECK(manager.row(rtmp).port == 1935);
  CHECK(manager.row(rtmpt).port == 80);
  CHECK(begin_session(httpd.plain()).member == 'a');
  CHECK(begin_session(httpd.plain()).member == 'a'); // the other one has said what no RTMPT server says
  CHECK(on_80.greeted() == 1);
  httpd.error_log().expect(kErrorLine + rtmpt);

  on_1935.kill();
  REQUIRE(becomes(manager, rtmp, "HcFl"));
  CHECK_FALSE(manager.is(rtmpt, "HcFl"));
  on_80.kill();
  REQUIRE(becomes(manager, rtmpt, "HcFl"));
  CHECK(begin_session(httpd.plain()).member == 'c');
  on_1935.revive();
  REQUIRE(becomes(manager, rtmp, "Ok"));
  CHECK(begin_session(httpd.plain()).member == 'a');
  CHECK(httpd.error_log().count(kErrorLine, 1) == 1);
}

TEST_CASE("Members added without a port while httpd runs get the default port of their scheme") {
  if (!may_use_low_ports()) return;
  const auto address = own_address();
  FarmMember on_1935('a', address, 1935);
  FarmMember on_80('b', address, 80);
  FarmMember elsewhere('c');
  HttpdFixture httpd(balanced({elsewhere.url() + kChecked}, "growth=2 maxattempts=2"));
  httpd.start();
  httpd.error_log().expect(kCheckFailed);
  BalancerManager manager(httpd.plain(), "media");
  const auto kept = begin_sessions(httpd.plain(), 4, 2);
  for (const auto& [member, url, port] :
       {std::tuple(&on_1935, "rtmp://" + address, 1935), std::tuple(&on_80, "rtmpt://" + address, 80)}) {
    CAPTURE(url);
    manager.add_member(url);
    manager.set_field(url, "w_hi", "1000");
    manager.set_field(url, "w_hm", "TCP");
    manager.set_status(url, 'D', false);
    CHECK(manager.row(url).port == port);
    begin_session(httpd.plain());
    CHECK(member->greeted() == 1);
  }
  httpd.error_log().expect(std::string(kErrorLine) + "rtmpt://" + address);
  on_1935.kill();
  CHECK(becomes(manager, "rtmp://" + address, "HcFl"));
  on_1935.revive();
  CHECK(becomes(manager, "rtmp://" + address, "Ok"));
}
