// SPDX-License-Identifier: Apache-2.0
// A gateway that may have few descriptors: it refuses new sessions in good order, and those it has go on.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/balancer_manager.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr const char* kDescriptors = "200"; // of which 64 are kept for other things than sessions
constexpr std::size_t kMostSessions = 80;   // more than so many descriptors can carry

// httpd starts the gateway by this program: as root it would give it more descriptors.
void write_limited_gateway(const HttpdFixture& httpd) {
  namespace fs = std::filesystem;
  const fs::path file = httpd.root() / "limited-gateway";
  write_file(file,
             std::string("#!/bin/sh\nulimit -n ") + kDescriptors + "\nexec " + httpd.gateway().string() + " \"$@\"\n");
  fs::permissions(file, fs::perms::owner_all | fs::perms::group_exec | fs::perms::group_read | fs::perms::others_exec |
                            fs::perms::others_read);
}

HttpdOptions with_members(const FarmMember& a, const FarmMember& b) {
  HttpdOptions options;
  options.global = "RTMPTGateway @ROOT@/limited-gateway\n" +
                   balancer_section("media", {a.url() + " retry=60", b.url() + " retry=60"});
  options.site = std::string("RTMPTProxyPass balancer://media\nRTMPTSessionTimeout 60s\n") + kBalancerManagerLocation;
  return options;
}

// Sessions until one is refused.
std::vector<FarmSession> fill(const Endpoint& endpoint) {
  std::vector<FarmSession> sessions;
  while (sessions.size() < kMostSessions) {
    FarmSession session{TunnelClient(endpoint)};
    if (session.client.try_open().status != 200) return sessions;
    meet_member(session);
    sessions.push_back(std::move(session));
  }
  FAIL("so many sessions are possible that nothing is tested");
  return sessions;
}

void check_refused(const Endpoint& endpoint, const Carriage& carriage) {
  TunnelClient client(endpoint, carriage.headers);
  const auto reply = client.try_open();
  CHECK(reply.status == 503);
  CHECK(reply.header("Retry-After"));
}

// Lines of one kind come once in five seconds at most.
std::size_t most_lines(Clock::time_point since) {
  return 2 + static_cast<std::size_t>((Clock::now() - since) / 5s);
}

} // namespace

TEST_CASE("Near its limit of descriptors the gateway refuses opens, blames nobody, and its sessions go on") {
  FarmMember a('a');
  FarmMember b('b');
  HttpdFixture httpd(with_members(a, b));
  write_limited_gateway(httpd);
  const auto begin = Clock::now();
  httpd.start();
  httpd.error_log().expect("rtmpt_gateway:error.*RTMPT307");
  httpd.error_log().expect("RTMPT051");
  // Clients that come with a new connection for each request have none just now.
  std::vector<FarmSession> coming;
  for (int i = 0; i < 10; ++i) {
    coming.push_back(begin_session(httpd.plain()));
    coming.back().client.connection().reset();
  }
  std::vector<FarmSession> sessions = fill(httpd.plain());
  std::printf("%zu sessions with %s descriptors\n", sessions.size() + coming.size(), kDescriptors);
  CHECK(sessions.size() > 20);

  for (int i = 0; i < 20; ++i)
    for (const auto& carriage : carriages())
      check_refused(carriage.tls ? httpd.tls() : httpd.plain(), carriage);
  CHECK(httpd.error_log().matching("RTMPT050").empty());
  CHECK(httpd.error_log().matching("RTMPT307").size() <= most_lines(begin));
  CHECK(httpd.error_log().matching("rtmpt_proxy:(error|warn|notice).*RTMPT051").size() <= most_lines(begin));
  const BalancerManager manager(httpd.plain(), "media");
  for (const FarmMember* member : {&a, &b}) {
    CHECK(manager.is(member->url(), "Ok"));
    CHECK_FALSE(manager.is(member->url(), "Err"));
  }
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 2'000, 1));
  for (auto& session : coming) {
    session.client.reconnect();
    CHECK_NOTHROW(carry_and_return(session, 2'000, 2));
  }

  sessions.erase(sessions.begin(), sessions.begin() + 10);
  CHECK(happens([&] { return TunnelClient(httpd.plain()).try_open().status == 200; }));
  CHECK(httpd.gateway_pids().size() == 1);
}
