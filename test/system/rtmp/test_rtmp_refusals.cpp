// SPDX-License-Identifier: Apache-2.0
// Clients of RTMP that httpd refuses, cannot hear at once, or does not yet know to be any: what each of them gets, and
// that pages and other sessions go on.
#include "support/clients/http_connection.hpp"
#include "support/clients/rtmp_client.hpp"
#include "support/peers/deaf_backend.hpp"
#include "support/sites/rtmp_site.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <poll.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using rtmpt_proxy::protocol::RefusalWords;
using Clock = std::chrono::steady_clock;

namespace {

// One child with so many threads.
HttpdOptions with_threads(int threads, const std::string& global = {}) {
  const std::string count = std::to_string(threads);
  HttpdOptions options;
  options.global = "StartServers 1\nServerLimit 1\nThreadsPerChild " + count + "\nMaxRequestWorkers " + count +
                   "\nMinSpareThreads 1\nMaxSpareThreads " + count + "\nRequestReadTimeout header=0 body=0\n" + global;
  return options;
}

// Requests that hold a thread each until the object goes.
class SlowRequests {
 public:
  SlowRequests(HttpdFixture& httpd, int count) {
    for (int i = 0; i < count; ++i) {
      connections_.push_back(connect_to(httpd.plain()));
      connections_.back()->write_all("GET /?slow HTTP/1.1\r\nHost: local");
    }
    // A page does not come any more: every thread is held.
    eventually("all threads are held", [&] {
      connections_.push_back(connect_to(httpd.plain()));
      connections_.back()->write_all(get("/"));
      return !ready(connections_.back()->socket(), POLLIN, Deadline(1s));
    });
  }

 private:
  std::vector<std::unique_ptr<ByteStream>> connections_;
};

} // namespace

TEST_CASE("An unknown host and none get the address's first virtual host, whose streams they are, or nobody's") {
  ScriptedBackend first;
  ScriptedBackend second;
  const bool first_has_streams = GENERATE(true, false);
  CAPTURE(first_has_streams);
  HttpdOptions options;
  options.site = "\n";
  options.global = "RTMPTAcceptRTMP On\n";
  if (first_has_streams) options.plain_site = "RTMPTProxyPass " + first.url() + "\n";
  options.more_hosts =
      "<VirtualHost *:@PORT@>\nServerName second.example\nRTMPTProxyPass " + second.url() + "\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  const std::vector<std::string> claims = {"", "rtmp://unknown.example/live", "rtmp://192.0.2.55:1935/live",
                                           "rtmp://localhost/live"};
  for (std::size_t i = 0; i < claims.size(); ++i) {
    CAPTURE(claims[i]);
    if (first_has_streams)
      CHECK_NOTHROW(begin_session(first, httpd.plain(), "live", claims[i]));
    else
      CHECK(answer_to(nth_address(httpd.plain(), i), "live", claims[i]) == refusal(RefusalWords::no_application));
  }
  if (!first_has_streams) httpd.error_log().expect("RTMPT193: 404 for client");
  CHECK_NOTHROW(begin_session(second, httpd.plain(), "live", "rtmp://SECOND.example:80/live"));
  CHECK_FALSE(first.has_connection(Deadline(0ms)));
}

TEST_CASE("Each refusal has its words") {
  HttpdOptions options;
  options.site = "<Location \"/closed\">\nRequire all denied\n</Location>\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\nServerName down.example\nRTMPTProxyPass rtmp://127.0.0.1:9\n"
                       "RTMPTAcceptRTMP On\n</VirtualHost>\n"
                       "<VirtualHost *:@PORT@>\nServerName off.example\nRTMPTProxyPass rtmp://127.0.0.1:9\n"
                       "</VirtualHost>\n";
  SECTION("by httpd's rules, and for a media server that is down") {
    RtmpSite site(options);
    for (const char* const line : {"RTMPT193: 403", "RTMPT193: 404", "AH01630", "RTMPT050"})
      site.httpd().error_log().expect(line);
    const Endpoint endpoint = site.httpd().plain();
    CHECK(answer_to(nth_address(endpoint, 1), "closed") == refusal(RefusalWords::access_denied));
    CHECK(answer_to(nth_address(endpoint, 2), "live", "rtmp://off.example/live") ==
          refusal(RefusalWords::no_application));
    CHECK(answer_to(nth_address(endpoint, 3), "live", "rtmp://down.example/live") ==
          refusal(RefusalWords::unavailable));
    CHECK_NOTHROW(site.session());
  }
  SECTION("a media server that does not answer") {
    const DeafBackend deaf;
    HttpdOptions silent;
    silent.site = "RTMPTAcceptRTMP On\nRTMPTProxyPass " + deaf.url() + " connectiontimeout=1\n";
    HttpdFixture httpd(silent);
    httpd.start();
    httpd.error_log().expect("RTMPT050");
    CHECK(answer_to(httpd.plain(), "live") == refusal(RefusalWords::unavailable));
  }
  SECTION("a media server that takes the connection and speaks something else") {
    RtmpSite site;
    RtmpClient client(site.httpd().plain());
    client.connect("live");
    const auto media = site.backend().accept();
    media->wait_for_bytes(1 + kHandshakePart);
    media->send("HTTP/1.1 400 Bad Request\r\n\r\n");
    media->close_sending();
    CHECK(client.receive_all() == refusal(RefusalWords::unavailable));
  }
  SECTION("at a limit") {
    const bool for_each_client = GENERATE(true, false);
    CAPTURE(for_each_client);
    options.site += for_each_client ? "RTMPTMaxSessionsPerClient 1\n" : "RTMPTMaxSessions 1\n";
    RtmpSite site(options);
    RtmpSession session = site.session();
    CHECK(answer_to(site.httpd().plain(), "live") == refusal(RefusalWords::unavailable));
    site.httpd().error_log().wait_for(for_each_client ? "RTMPT054" : "RTMPT053");
    CHECK_NOTHROW(carry_both_ways(session, 10'000, 5));
    session.client.close();
    CHECK_NOTHROW(session.media->wait_for_end());
    CHECK_NOTHROW(site.session());
  }
}

TEST_CASE("A client that sends nothing is closed by httpd's Timeout, with RTMP and without") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  const std::string accepts = GENERATE("On", "Off");
  CAPTURE(mpm, accepts);
  HttpdOptions options;
  options.mpm = mpm;
  options.global = "AcceptFilter http none\nTimeout 3\nRequestReadTimeout header=0 body=0\n";
  options.site = "RTMPTProxyPass rtmp://127.0.0.1:9\nRTMPTAcceptRTMP " + accepts + "\n";
  HttpdFixture httpd(options);
  httpd.start();
  RtmpClient silent(httpd.plain());
  const auto begin = Clock::now();
  silent.receive_all();
  const auto lasted = since(begin);
  CHECK(lasted >= 2500ms);
  CHECK(lasted < 40s);
  CHECK(httpd.error_log().matching("RTMPT19").empty());
}

TEST_CASE("While slow requests hold all threads, a client of RTMP waits, and is served or told in the end") {
  constexpr int kThreads = 4;
  const bool threads_become_free = GENERATE(true, false);
  CAPTURE(threads_become_free);
  RtmpSite site(with_threads(kThreads));
  RtmpSession other = site.session();
  RtmpClient client(site.httpd().plain());
  client.shake_hands();
  auto slow = std::make_unique<SlowRequests>(site.httpd(), kThreads);
  const auto begin = Clock::now();
  client.send(connect_command("live"));
  CHECK_FALSE(site.backend().has_connection(Deadline(1s)));
  CHECK_NOTHROW(carry_both_ways(other, 100'000, 6));
  if (threads_become_free) {
    slow.reset();
    const auto media = site.backend().accept();
    CHECK_NOTHROW(greet_gateway(*media, connect_command("live")));
  } else {
    site.httpd().error_log().expect("RTMPT412.*gave no answer");
    CHECK(client.receive_all(Deadline(60s)) == refusal(RefusalWords::unavailable));
    CHECK(since(begin) >= 9s);
    CHECK(since(begin) < 50s);
    slow.reset();
  }
  site.httpd().error_log().allow("AH00484|AH03490|scoreboard is full"); // httpd's words about its threads
  check_page(site.httpd());
  CHECK_NOTHROW(site.session());
}

TEST_CASE("Clients of RTMP whose media server does not answer leave httpd's threads to its pages") {
  constexpr int kThreads = 8;
  const DeafBackend deaf;
  HttpdOptions options = with_threads(kThreads);
  options.more_hosts = "<VirtualHost *:@PORT@>\nServerName deaf.example\nRTMPTAcceptRTMP On\nRTMPTProxyPass " +
                       deaf.url() + " connectiontimeout=1\n</VirtualHost>\n";
  RtmpSite site(options);
  site.httpd().error_log().expect("RTMPT050");
  std::vector<RtmpClient> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back(site.httpd().plain());
    clients.back().connect("live", "rtmp://deaf.example/live");
  }
  for (int i = 0; i < 20; ++i)
    check_page(site.httpd());
  for (RtmpClient& client : clients)
    CHECK(client.receive_all(Deadline(60s)) == refusal(RefusalWords::unavailable));
}
