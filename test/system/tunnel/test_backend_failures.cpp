// SPDX-License-Identifier: Apache-2.0
// Backends that cannot be had: no session exists then, and httpd's administrator reads which backend it was.
#include "support/clients/http_connection.hpp"
#include "support/peers/deaf_backend.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr const char* kErrorLine = R"(\[rtmpt_proxy:error\].*rtmp://127.0.0.1:)";

HttpdOptions passing_to(const std::string& url) {
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + url + "\n";
  return options;
}

TunnelClient client_of(const HttpdFixture& httpd, const Carriage& carriage) {
  return TunnelClient(carriage.tls ? httpd.tls() : httpd.plain(), carriage.headers);
}

} // namespace

TEST_CASE("A backend that refuses connections gets the client 503 and the log one line with its name") {
  ScriptedBackend backend;
  backend.stop_listening();
  HttpdFixture httpd(passing_to(backend.url()));
  httpd.start();
  httpd.error_log().expect(kErrorLine);
  std::size_t lines = 0;
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto client = client_of(httpd, carriage);
    const auto reply = client.try_open();
    CHECK(reply.status == 503);
    ++lines;
    CHECK(happens([&] { return httpd.error_log().matching(R"(:error\])").size() == lines; }));
    CHECK(httpd.error_log().count(kErrorLine + std::to_string(backend.port()), lines) == lines);
  }
}

TEST_CASE("A backend that comes back is used again at once") {
  HttpdOptions options;
  TunnelSite site(options);
  const auto port = site.backend().port();
  site.backend().stop_listening();
  site.httpd().error_log().expect(kErrorLine);
  auto client = site.client(handed_over());
  REQUIRE(client.try_open().status == 503);
  ScriptedBackend again(0, port);
  client.reconnect();
  CHECK_NOTHROW(client.open());
  CHECK_NOTHROW(again.accept());
}

TEST_CASE("A backend that does not answer within its connectiontimeout gets the client 503") {
  DeafBackend backend;
  HttpdFixture httpd(passing_to(backend.url() + " connectiontimeout=1"));
  httpd.start();
  httpd.error_log().expect(kErrorLine);
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(carriage);
  auto client = client_of(httpd, carriage);
  const auto begin = Clock::now();
  CHECK(client.try_open().status == 503);
  const auto took = Clock::now() - begin;
  CHECK(took >= 900ms);
  CHECK(took < 20s);
  CHECK(httpd.error_log().count(R"(:error\])", 1) == 1);
}

TEST_CASE("A backend that resets what it has accepted leaves no session behind") {
  TunnelSite site;
  for (const auto& carriage : carriages()) {
    for (int i = 0; i < 5; ++i) {
      CAPTURE(carriage);
      auto client = site.client(carriage);
      client.connection().send(post("/open/1", std::string(1, '\0'), carriage.headers));
      site.backend().accept_and_reset();
      const auto reply = client.connection().receive();
      if (reply.status == 503) { // seen before the answer
        site.httpd().error_log().expect(kErrorLine);
        continue;
      }
      // Seen after it: the client is told with its first request.
      REQUIRE(reply.status == 200);
      const auto target = tunnel_target("idle", reply.body.substr(0, reply.body.size() - 1), 0);
      const auto told = client.connection().exchange(post(target, "", carriage.headers));
      CHECK(told.says_close());
      CHECK(client.connection().closed_by_server());
      HttpConnection later(client.endpoint());
      CHECK(later.exchange(post(target, "", carriage.headers)).status == 404);
    }
  }
}

TEST_CASE("A balancer tries its next member when one refuses") {
  ScriptedBackend dead;
  dead.stop_listening();
  ScriptedBackend alive;
  HttpdOptions options;
  options.global = "<Proxy balancer://media>\n  BalancerMember " + dead.url() + " retry=60\n  BalancerMember " +
                   alive.url() + "\n</Proxy>\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\n  ServerName balanced\n  ProxyPass / balancer://media/\n"
                       "</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  for (int i = 0; i < 4; ++i) {
    TunnelSession session{TunnelClient(httpd.plain(), "Host: balanced\r\n"), nullptr};
    CHECK_NOTHROW(session.client.open());
    session.media = alive.accept();
    CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
  }
  // The dead member is tried once and then left alone for its retry time.
  httpd.error_log().expect(kErrorLine);
  CHECK(httpd.error_log().count(kErrorLine, 1) == 1);
}
