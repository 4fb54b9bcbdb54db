// SPDX-License-Identifier: Apache-2.0
// Opens whose child of httpd no longer waits: it was killed, or has given up on a gateway that stood still. No session
// is left of them, and no place.
#include "support/clients/farm_sessions.hpp"
#include "support/peers/deaf_backend.hpp"
#include "support/sites/pumped_site.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kOpens = 4;
// Much sooner than an attempt to connect ends, or a session of which nobody knows.
constexpr std::chrono::milliseconds kSoon{3'000};

// One child, with places for so many opens that wait.
constexpr const char* kOneChild = "StartServers 1\nServerLimit 1\nThreadsPerChild 64\nMaxRequestWorkers 64\n"
                                  "MinSpareThreads 1\nMaxSpareThreads 64\n";

std::vector<std::unique_ptr<TunnelClient>> begin_opens(const Endpoint& endpoint, const std::string& headers) {
  std::vector<std::unique_ptr<TunnelClient>> clients;
  while (clients.size() < kOpens) {
    clients.push_back(std::make_unique<TunnelClient>(endpoint, headers));
    clients.back()->connection().send(post("/open/1", std::string(1, '\0'), headers));
  }
  return clients;
}

int open_status(const Endpoint& endpoint) {
  return TunnelClient(endpoint).try_open().status;
}

// Whether one gets a session by `within`; httpd may have no child at first.
bool opens(const Endpoint& endpoint, std::chrono::milliseconds within) {
  return happens(
      [&] {
        try {
          return open_status(endpoint) == 200;
        } catch (const std::exception&) {
          return false;
        }
      },
      Deadline(within));
}

std::size_t sessions_of(const HttpdFixture& httpd) {
  return status_of(httpd).at("sessions").as_array().size();
}

} // namespace

TEST_CASE("Opens that a killed child waited for give up their attempts and their places") {
  DeafBackend deaf;
  FarmMember good('g');
  HttpdOptions options;
  options.global = kOneChild;
  options.plain_site = "RTMPTProxyPassMatch X-Deaf yes " + deaf.url() + " connectiontimeout=30\n" + "RTMPTProxyPass " +
                       good.url() + "\nRTMPTMaxSessions 4\n";
  HttpdFixture httpd(options);
  httpd.start();
  const auto waiting = begin_opens(httpd.plain(), "X-Deaf: yes\r\n");
  REQUIRE(happens([&] { return open_status(httpd.plain()) == 503; }));
  REQUIRE(httpd.error_log().matching("RTMPT053").size() >= 1); // it is the limit that refuses
  for (const pid_t child : children_of(httpd))
    REQUIRE(kill(child, SIGKILL) == 0);
  CHECK(opens(httpd.plain(), 10s)); // a third of the time for which the attempts would go on
}

TEST_CASE("What a gateway is asked while it stands still is not done when httpd has given up") {
  const bool child_is_killed = GENERATE(false, true);
  CAPTURE(child_is_killed);
  ScriptedBackend backend;
  HttpdOptions options;
  options.global = kOneChild;
  options.site = "RTMPTProxyPass " + backend.url() + " connectiontimeout=1 timeout=1\n" +
                 "RTMPTMaxSessions 4\nRTMPTSessionTimeout 60s\n" + status_location();
  HttpdFixture httpd(options);
  httpd.start();
  httpd.error_log().allow("RTMPT060");
  httpd.error_log().allow("RTMPT126");
  { // so that there are channels
    TunnelClient first(httpd.plain());
    REQUIRE(first.try_open().status == 200);
    REQUIRE(first.close().status == 200);
    backend.accept();
  }
  const pid_t gateway = httpd.gateway_pid();
  REQUIRE(kill(gateway, SIGSTOP) == 0);
  const std::size_t descriptors_before = descriptors_of_children(httpd);
  const auto waiting = begin_opens(httpd.plain(), "");
  if (child_is_killed) {
    // httpd takes a connection when its request has come.
    REQUIRE(happens([&] { return descriptors_of_children(httpd) >= descriptors_before + kOpens; }));
    for (const pid_t child : children_of(httpd))
      REQUIRE(kill(child, SIGKILL) == 0);
    for (const auto& client : waiting)
      CHECK(client->connection().closed_by_server());
  } else {
    for (const auto& client : waiting)
      CHECK(client->connection().receive(Deadline(20s)).status == 503);
  }
  REQUIRE(kill(gateway, SIGCONT) == 0);
  CHECK(opens(httpd.plain(), kSoon));
  CHECK(happens([&] { return sessions_of(httpd) <= 1; }, Deadline(kSoon)));
  // The media server's connections of the others are gone, or never came.
  std::size_t live = 0;
  while (backend.has_connection(Deadline(100ms))) {
    const auto connection = backend.accept();
    live += happens([&] { return connection->ended(); }, Deadline(kSoon)) ? 0 : 1;
  }
  CHECK(live <= 1);
}
