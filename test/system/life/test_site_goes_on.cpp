// SPDX-License-Identifier: Apache-2.0
// The site goes on while streams wait: for a media server that answers no SYN, and for a gateway that stands still.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/deaf_backend.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

// Of twenty pages one may take longer, on a machine that has other work to do; where httpd's threads wait, nearly all
// do.
constexpr milliseconds kPage{500};
constexpr milliseconds kLongestPage{5000};

// Asks for a page, each time on a connection of its own, for as long as `goes_on` says.
template <class GoesOn>
void check_pages(const HttpdFixture& httpd, GoesOn goes_on) {
  std::vector<milliseconds> times;
  do {
    const auto begin = Clock::now();
    CHECK(fetch(httpd.plain(), "/").body == kPageText);
    times.push_back(since(begin));
    std::this_thread::sleep_for(20ms); // the pace of the visitors, not a wait for something
  } while (goes_on());
  std::sort(times.begin(), times.end());
  const milliseconds most = times[times.size() * 19 / 20];
  std::printf("of %zu pages 19 of 20 took %d ms at most, the longest %d ms\n", times.size(),
              static_cast<int>(most.count()), static_cast<int>(times.back().count()));
  CHECK(most <= kPage);
  CHECK(times.back() <= kLongestPage);
}

// Opens that are asked for all at once, by clients that close their connection as soon as they have the answer.
class Crowd {
 public:
  Crowd(const Endpoint& endpoint, std::size_t count) : waiting_count_(count) {
    while (waiting_.size() < count)
      waiting_.push_back(std::make_unique<HttpConnection>(endpoint));
    for (const auto& connection : waiting_)
      connection->send(post("/open/1", std::string(1, '\0')));
    thread_ = std::thread([this] { take_answers(); });
  }
  ~Crowd() {
    stop_ = true;
    thread_.join();
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  std::size_t waiting() const { return waiting_count_; }
  std::size_t refused() const { return refused_; } // with a word about when to come again

 private:
  void take_answers() {
    while (!stop_ && !waiting_.empty()) {
      waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), [this](auto& client) { return look(*client); }),
                     waiting_.end());
      waiting_count_ = waiting_.size();
      std::this_thread::sleep_for(1ms);
    }
  }

  bool look(HttpConnection& client) {
    if (!client.readable(Deadline(0ms))) return false;
    try {
      const auto reply = client.receive();
      if (reply.status == 503 && reply.header("Retry-After")) ++refused_;
    } catch (const std::exception&) {
      // Not counted.
    }
    return true;
  }

  std::vector<std::unique_ptr<HttpConnection>> waiting_;
  std::atomic<std::size_t> waiting_count_;
  std::atomic<std::size_t> refused_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

HttpdOptions passing_to(const std::string& url, const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.plain_site = "RTMPTProxyPass " + url + "\n";
  options.global = "ListenBacklog 4000\n"; // or the kernel turns away what comes at once, pages too
  return options;
}

// Clients that poll on without pause, each with a connection that stays with httpd.
class Pollers {
 public:
  explicit Pollers(std::vector<FarmSession>& sessions) {
    for (auto& session : sessions)
      threads_.emplace_back([this, &session] { poll(session.client); });
  }
  ~Pollers() {
    stop_ = true;
    for (auto& thread : threads_)
      thread.join();
  }
  // How long each answer since `begin` took.
  std::vector<milliseconds> times(Clock::time_point begin) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<milliseconds> times;
    for (const auto& [at, took] : answers_)
      if (at >= begin) times.push_back(took);
    return times;
  }

 private:
  void poll(TunnelClient& client) {
    while (!stop_) {
      const auto begin = Clock::now();
      try {
        client.connection().exchange(client.request("idle", client.take_number(), std::string(1, '\0')));
        const std::lock_guard<std::mutex> lock(mutex_);
        answers_.emplace_back(begin, since(begin));
      } catch (const std::exception&) {
        client.reconnect();
      }
      std::this_thread::sleep_for(20ms);
    }
  }

  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<std::pair<Clock::time_point, milliseconds>> answers_;
  std::vector<std::thread> threads_;
};

} // namespace

TEST_CASE("A media server that answers no SYN takes no page with it, however many opens come at once") {
  const auto [mpm, count] =
      GENERATE(table<std::string, std::size_t>({{"event", 600}, {"worker", 100}, {"prefork", 60}}));
  CAPTURE(mpm);
  DeafBackend deaf;
  HttpdFixture httpd(passing_to(deaf.url(), mpm));
  httpd.start();
  httpd.error_log().expect("RTMPT050");                 // those that waited to the end
  httpd.error_log().allow("RTMPT060.*does not answer"); // those that a busy machine's gateway had no time for at once
  Crowd crowd(httpd.plain(), count);
  const auto begin = Clock::now();
  check_pages(httpd, [&] { return crowd.waiting() > 0 && since(begin) < 30s; });
  CHECK(happens([&] { return crowd.waiting() == 0; }));
  CHECK(crowd.refused() == count);
}

TEST_CASE("Opens of a media server that answers go on beside those of one that does not") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  DeafBackend deaf;
  FarmMember good('g');
  auto options = passing_to(deaf.url(), mpm);
  options.more_hosts =
      "<VirtualHost *:@PORT@>\n  ServerName good\n  RTMPTProxyPass " + good.url() + "\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  httpd.start();
  httpd.error_log().expect("RTMPT050");
  Crowd crowd(httpd.plain(), 60);
  std::vector<FarmSession> sessions;
  const auto begin = Clock::now();
  do
    sessions.push_back(begin_session(httpd.plain(), "Host: good\r\n"));
  while (crowd.waiting() > 0 && since(begin) < 20s);
  CHECK(sessions.size() > 10);
  CHECK(crowd.refused() == 60);
}

TEST_CASE("Opens that find a member busy with waiting go on to the next one, and the member is not blamed for them") {
  DeafBackend deaf;
  FarmMember good('g');
  const std::string lbmethod = GENERATE("rtmptsessions", "byrequests");
  CAPTURE(lbmethod);
  HttpdOptions options;
  options.plain_site = balancer_section("media", {deaf.url() + " retry=1 connectiontimeout=2", good.url() + " retry=1"},
                                        "  ProxySet lbmethod=" + lbmethod + "\n") +
                       "RTMPTProxyPass balancer://media\n";
  HttpdFixture httpd(options);
  httpd.start();
  httpd.error_log().expect("RTMPT050");
  std::vector<FarmSession> sessions;
  CHECK_NOTHROW(sessions = begin_sessions(httpd.plain(), 120, 60));
  CHECK(sessions_at(sessions, good) == 120);
  // Each that waited to the end is one line; a member may be tried again each second by as many as may wait.
  CHECK(httpd.error_log().matching("RTMPT050").size() < 60);
}

namespace {

// A site whose streams several gateways have: the one for new sessions and, behind it, older ones that each finish the
// session of `older`.
struct SeveralGateways {
  SeveralGateways(const std::string& mpm, std::size_t count) : httpd(options(mpm, 1)) {
    httpd.start();
    gateways.push_back(httpd.gateway_pid());
    while (gateways.size() < count) {
      older.push_back(begin_session(httpd.plain()));
      httpd.configure(options(mpm, gateways.size() + 1));
      httpd.graceful();
      gateways.push_back(newest());
    }
  }

  // The gateway that is in none of the places yet, once it runs.
  pid_t newest() const {
    pid_t found = 0;
    eventually("one more gateway runs", [&] {
      for (const pid_t pid : httpd.gateway_pids())
        if (std::find(gateways.begin(), gateways.end(), pid) == gateways.end()) found = pid;
      return found != 0;
    });
    return found;
  }

  // Another number of threads takes another gateway.
  HttpdOptions options(const std::string& mpm, std::size_t threads) const {
    auto options = passing_to(member.url(), mpm);
    options.plain_site += "RTMPTSessionTimeout 60s\n";
    options.global += "RTMPTGatewayThreads " + std::to_string(threads) + "\n";
    return options;
  }
  void signal(int number) const {
    for (const pid_t gateway : gateways)
      REQUIRE(kill(gateway, number) == 0);
  }

  FarmMember member{'a'};
  HttpdFixture httpd;
  std::vector<pid_t> gateways;
  std::vector<FarmSession> older;
};

} // namespace

TEST_CASE("Gateways that stand still for seconds take no page with them, and go on with their streams") {
  const auto [mpm, gateways, stop] = GENERATE(
      table<std::string, std::size_t, std::chrono::seconds>({{"event", 1, 10s}, {"event", 2, 6s}, {"prefork", 1, 6s}}));
  CAPTURE(mpm, gateways);
  SeveralGateways site(mpm, gateways);
  HttpdFixture& httpd = site.httpd;
  httpd.error_log().expect("RTMPT060");
  httpd.error_log().allow("RTMPT126");
  auto sessions = begin_sessions(httpd.plain(), 3, 3);
  std::vector<FarmSession> polling;
  for (std::size_t i = 0; i < (mpm == "event" ? 40 : 20); ++i)
    polling.push_back(begin_session(httpd.plain(), forwarded().headers));
  {
    Pollers pollers(polling);
    site.signal(SIGSTOP);
    const auto begin = Clock::now();
    Crowd crowd(httpd.plain(), 30);
    check_pages(httpd, [&] { return since(begin) < stop; });
    CHECK(crowd.refused() == 30);
    // From the first missed answer on: at once, but for the one that asks each second.
    auto times = pollers.times(begin + 3s);
    REQUIRE(times.size() > 100);
    std::sort(times.begin(), times.end());
    CHECK(times[times.size() / 2] < 50ms);
    CHECK(times[times.size() * 9 / 10] < 200ms);
    site.signal(SIGCONT);
  }
  for (auto& session : sessions)
    CHECK_NOTHROW(carry_and_return(session, 5'000, 1));
  for (auto& session : site.older)
    CHECK_NOTHROW(carry_and_return(session, 5'000, 2));
  CHECK(happens([&] {
    TunnelClient client(httpd.plain());
    return client.try_open().status == 200;
  }));
}
