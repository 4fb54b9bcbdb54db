// SPDX-License-Identifier: Apache-2.0
// How long httpd takes to refuse what a gateway that stands still would have to answer.
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kRounds = 50;
constexpr std::size_t kSessions = 4;
constexpr long kMedianMicroseconds = 5'000;
constexpr long kWaitedMicroseconds = 100'000; // a probe waits for half a second

// How long each refused request took, as httpd counts it, in microseconds.
std::vector<long> refused_times(const HttpdFixture& httpd) {
  std::istringstream lines(read_file(httpd.root() / "logs/times.log"));
  std::vector<long> times;
  int status = 0;
  for (long time = 0; lines >> status >> time;)
    if (status == 503) times.push_back(time);
  return times;
}

struct Waiting {
  TunnelSession session;
  std::string send; // the request that is refused, and repeated
};

// Each on a connection of its own, for httpd closes it after a 503.
int status_of(const HttpdFixture& httpd, const std::string& request) {
  return HttpConnection(httpd.plain()).exchange(request, Deadline(20s)).status;
}

} // namespace

TEST_CASE("Once a gateway has missed one answer, httpd refuses what it would have to answer at once") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  HttpdOptions options;
  options.mpm = mpm;
  options.plain_site = "RTMPTSessionTimeout 60s\nCustomLog @ROOT@/logs/times.log \"%>s %D\"\n";
  TunnelSite site(options);
  const HttpdFixture& httpd = site.httpd();
  site.httpd().error_log().expect("RTMPT060");
  site.httpd().error_log().allow("RTMPT126");
  std::vector<Waiting> waiting;
  while (waiting.size() < kSessions) {
    auto session = site.session(forwarded());
    CHECK_NOTHROW(carry_both_ways(session, 2'000, 1));
    const std::string send = session.client.request("send", session.client.take_number(), "x");
    waiting.push_back({std::move(session), send});
  }
  REQUIRE(kill(httpd.gateway_pid(), SIGSTOP) == 0);
  const std::string open = post("/open/1", "0", forwarded().headers);
  const auto first = Clock::now();
  CHECK(status_of(httpd, open) == 503);
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - first);
  REQUIRE(happens([&] { return refused_times(httpd).size() == 1; }));

  const auto begin = Clock::now();
  for (int i = 0; i < kRounds; ++i) {
    CHECK(status_of(httpd, open) == 503);
    CHECK(status_of(httpd, waiting[static_cast<std::size_t>(i) % kSessions].send) == 503);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  REQUIRE(happens([&] { return refused_times(httpd).size() == 2 * kRounds + 1; }));
  auto times = refused_times(httpd);
  times.erase(times.begin()); // the first open
  std::sort(times.begin(), times.end());
  const auto slow = times.end() - std::upper_bound(times.begin(), times.end(), kWaitedMicroseconds);
  std::printf("%s: the first open waited %lld ms; then in %.1f s: median %ld us, 90 of 100 within %ld us, %ld waited\n",
              mpm.c_str(), static_cast<long long>(waited.count()), seconds, times[times.size() / 2],
              times[times.size() * 9 / 10], static_cast<long>(slow));
  CHECK(waited >= 300ms);
  CHECK(times[times.size() / 2] <= kMedianMicroseconds);
  CHECK(static_cast<double>(slow) <= seconds + 2); // one a second asks the gateway

  REQUIRE(kill(httpd.gateway_pid(), SIGCONT) == 0);
  for (auto& [session, send] : waiting) {
    const std::size_t had = session.media->received_bytes();
    CHECK(happens([&, &request = send] { return status_of(httpd, request) == 200; }));
    CHECK(session.media->wait_for_bytes(had + 1).size() == had + 1);
    session.client.reconnect();
    CHECK_NOTHROW(carry_both_ways(session, 20'000, 2));
  }
}
