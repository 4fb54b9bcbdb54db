// SPDX-License-Identifier: Apache-2.0
// A member that dies and comes back while sessions begin all the time.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kStarts = 200;
constexpr std::size_t kAtOnce = 4;
constexpr auto kBetweenStarts = 60ms; // of one thread: the whole takes three seconds

// What docs/media-servers.md recommends, and the same without the health check.
const std::string kRecommended = " connectiontimeout=2 retry=1 hcmethod=TCP hcinterval=1";
const std::string kUnchecked = " connectiontimeout=2 retry=1";

// Begins sessions with several threads until it is told to stop; sessions stay open.
class SteadyStarts {
 public:
  explicit SteadyStarts(Endpoint endpoint) : endpoint_(std::move(endpoint)) {
    for (std::size_t i = 0; i < kAtOnce; ++i)
      threads_.emplace_back([this] { run(); });
  }
  ~SteadyStarts() { stop(); }

  void stop() {
    stopping_ = true;
    for (auto& thread : threads_)
      thread.join();
    threads_.clear();
  }

  std::size_t opened() const { return opened_; }

  // After stop(): the opens that were not answered with a session, and the sessions that ended before they met their
  // member.
  const std::vector<std::string>& failures() const { return failures_; }
  const std::vector<std::string>& cut() const { return cut_; }
  std::vector<FarmSession>& sessions() { return sessions_; }

 private:
  void run() {
    while (!stopping_) {
      const auto next = Clock::now() + kBetweenStarts;
      begin_one();
      std::this_thread::sleep_until(next);
    }
  }

  void begin_one() {
    std::vector<std::string>* where = &failures_;
    try {
      FarmSession session{TunnelClient(endpoint_)};
      session.client.open();
      ++opened_;
      where = &cut_;
      meet_member(session);
      const std::lock_guard lock(mutex_);
      sessions_.push_back(std::move(session));
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      where->emplace_back(error.what());
    }
  }

  const Endpoint endpoint_;
  std::atomic<std::size_t> opened_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<FarmSession> sessions_;
  std::vector<std::string> failures_;
  std::vector<std::string> cut_;
  std::vector<std::thread> threads_;
};

HttpdOptions balanced(const std::string& lbmethod, const std::vector<std::string>& members) {
  HttpdOptions options;
  options.more_modules = {"lbmethod_bybusyness", "proxy_hcheck"};
  options.plain_site = balancer_section("media", members, "  ProxySet lbmethod=" + lbmethod + "\n") +
                       "RTMPTProxyPass balancer://media\nRTMPTSessionTimeout 60s\n";
  return options;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines)
    text += line + "\n";
  return text;
}

} // namespace

TEST_CASE("One of three members dies and comes back during 200 session starts: none fails, and it is used again") {
  const auto [lbmethod, keys] = GENERATE(table<std::string, std::string>({{"rtmptsessions", kRecommended},
                                                                          {"rtmptsessions", kUnchecked},
                                                                          {"byrequests", kUnchecked},
                                                                          {"bybusyness", kUnchecked}}));
  CAPTURE(lbmethod, keys);
  FarmMember a('a');
  FarmMember b('b');
  FarmMember c('c');
  HttpdFixture httpd(balanced(lbmethod, {a.url() + keys, b.url() + keys, c.url() + keys}));
  httpd.start();
  const std::string error_line = R"(\[rtmpt_proxy:error\].*RTMPT050.*)" + b.url();
  httpd.error_log().expect(error_line + "|AH00957: HCTCP"); // whoever finds it dead first

  SteadyStarts starts(httpd.plain());
  REQUIRE(happens([&] { return starts.opened() >= kStarts / 4; }));
  b.kill();
  REQUIRE(happens([&] { return starts.opened() >= kStarts * 3 / 4; }));
  const auto before = b.greeted();
  b.revive();
  const auto back = Clock::now();
  const bool used_again = happens([&] { return b.greeted() > before; });
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - back);
  REQUIRE(happens([&] { return starts.opened() >= kStarts; }));
  starts.stop();

  std::printf(
      "%s%s: %zu starts, %zu failed, %zu cut with their member, %zu opens found it dead; %lld ms from its return "
      "to its next session\n",
      lbmethod.c_str(), keys.c_str(), starts.opened(), starts.failures().size(), starts.cut().size(),
      httpd.error_log().matching(error_line).size(), static_cast<long long>(took.count()));
  CAPTURE(text_of(starts.failures()), text_of(starts.cut()));
  CHECK(starts.failures().empty());
  CHECK(starts.cut().size() <= kAtOnce); // those that were at the member in the moment of its death
  CHECK(used_again);
  CHECK(took < 10s); // its retry time is one second
  // All but those that died with their member carry on.
  const auto carrying = std::count_if(starts.sessions().begin(), starts.sessions().end(), [](auto& session) {
    try {
      carry_and_return(session, 1'000, 1);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  });
  CHECK(static_cast<std::size_t>(carrying) == a.live() + b.live() + c.live());
  CHECK(a.live() == a.greeted());
  CHECK(c.live() == c.greeted());
}
