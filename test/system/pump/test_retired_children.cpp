// SPDX-License-Identifier: Apache-2.0
// A site whose httpd retires children again and again while streams over TLS live in them: its pages are served all the
// time.
#include "support/clients/http_connection.hpp"
#include "support/sites/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kStreams = 10;
constexpr int kGracefuls = 20;
constexpr std::chrono::milliseconds kSlowestPage{2000};

// Debian's mpm_event.conf. ServerLimit is 16 there, httpd's default.
constexpr int kStartServers = 2;
constexpr const char* kDebiansDefaults = R"(
StartServers            2
MinSpareThreads         25
MaxSpareThreads         75
ThreadLimit             64
ThreadsPerChild         25
MaxRequestWorkers       150
MaxConnectionsPerChild  0
ServerLimit             16
)";

HttpdOptions options_with(const std::string& more) {
  auto options = pumped_options();
  options.global += kDebiansDefaults + more;
  return options;
}

// Asks for a page ten times a second, each time on a new connection, until stop().
class PageClient {
 public:
  explicit PageClient(HttpdFixture& httpd) : thread_([this, place = httpd.plain()] { run(place); }) {}
  ~PageClient() { stop(); }

  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  // Returns when so many more pages were asked for.
  void await(int count) {
    const int before = pages_;
    eventually(
        "the page client goes on", [&] { return pages_ >= before + count; }, Deadline(30s));
  }

  // After stop().
  int pages() const { return pages_; }
  const std::vector<std::string>& failures() const { return failures_; }
  std::chrono::milliseconds slowest() const { return slowest_; }

 private:
  void run(const Endpoint& place) {
    for (auto next = Clock::now(); !stop_; next += 100ms) {
      std::this_thread::sleep_until(next);
      ask(place);
    }
  }

  void ask(const Endpoint& place) {
    const auto asked = Clock::now();
    try {
      const auto answer = fetch(place, "/");
      if (answer.status != 200 || answer.body != kPageText) failures_.push_back(std::to_string(answer.status));
    } catch (const std::exception& error) {
      failures_.emplace_back(error.what());
    }
    slowest_ = std::max(slowest_, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - asked));
    ++pages_;
  }

  std::atomic<bool> stop_{false};
  std::atomic<int> pages_{0};
  std::vector<std::string> failures_;
  std::chrono::milliseconds slowest_{0};
  std::thread thread_; // last: it uses the others
};

// Streams over TLS that carry bytes both ways all the time. One that ends is begun anew, as a person would do.
class Streams {
 public:
  explicit Streams(TunnelSite& site) : site_(site) {}
  ~Streams() { stop(); }

  void begin(int count) {
    for (int i = 0; i < count; ++i) {
      auto& endings = endings_.emplace_back(0);
      threads_.emplace_back([this, &endings] { run(endings); });
    }
    eventually("all streams run", [&] { return running_ == static_cast<int>(threads_.size()); });
  }

  void stop() {
    stop_ = true;
    for (auto& thread : threads_)
      thread.join();
    threads_.clear();
  }

  int begun() const { return static_cast<int>(threads_.size()); }
  int running() const { return running_; }
  // How often the server ended the stream that was begun as this one, and all together.
  int endings_of(std::size_t index) const { return endings_[index]; }
  int ended() const { return std::accumulate(endings_.begin(), endings_.end(), 0); }

 private:
  std::unique_ptr<TunnelSession> open() {
    const std::lock_guard<std::mutex> lock(opening_); // sessions are told apart by the order in which they open
    try {
      return std::make_unique<TunnelSession>(site_.session(over_tls()));
    } catch (const std::exception&) {
      forget_unanswered();
      return nullptr;
    }
  }

  // The server may have ended the connection after the media server was reached.
  void forget_unanswered() {
    try {
      for (;;)
        site_.backend().accept(Deadline(200ms));
    } catch (const TimedOut&) { // there is none, or none any more
    }
  }

  void run(std::atomic<int>& endings) {
    while (!stop_) {
      const auto session = open();
      if (!session) continue;
      ++running_;
      try {
        carry_on(*session);
      } catch (const std::exception&) {
        ++endings;
      }
      --running_;
    }
  }

  void carry_on(TunnelSession& session) {
    for (std::uint32_t round = 0; !stop_; ++round) {
      carry_both_ways(session, 2'000, round);
      std::this_thread::sleep_for(100ms);
    }
  }

  TunnelSite& site_;
  std::mutex opening_;
  std::atomic<bool> stop_{false};
  std::atomic<int> running_{0};
  std::deque<std::atomic<int>> endings_; // of each stream; only the test's own thread adds to it
  std::vector<std::thread> threads_;
};

void check_pages(PageClient& pages) {
  pages.stop();
  INFO("slowest page: " << pages.slowest().count() << " ms of " << pages.pages() << " pages");
  for (const auto& failure : pages.failures())
    FAIL_CHECK("a page failed: " << failure);
  CHECK(pages.slowest() <= kSlowestPage);
}

void tell(const char* settings, const PageClient& pages, const Streams& streams) {
  std::printf("%s: %d gracefuls, %d streams, of which the server ended %d once; %d pages, the slowest took %d ms\n",
              settings, kGracefuls, streams.begun(), streams.ended(), pages.pages(),
              static_cast<int>(pages.slowest().count()));
}

// Each returns when a child of the new generation runs and pages were asked of it.
void graceful(HttpdFixture& httpd, PageClient& pages) {
  const auto before = children_of(httpd);
  httpd.graceful();
  eventually("a new child runs", [&] {
    const auto now = children_of(httpd);
    return std::any_of(now.begin(), now.end(),
                       [&](pid_t pid) { return std::find(before.begin(), before.end(), pid) == before.end(); });
  });
  pages.await(3);
}

} // namespace

TEST_CASE("Pages are served through 20 gracefuls with Debian's settings, and ten streams go on") {
  TunnelSite site(options_with(""));
  Streams streams(site);
  streams.begin(kStreams);
  PageClient pages(site.httpd());
  for (int i = 0; i < kGracefuls; ++i)
    graceful(site.httpd(), pages);
  check_pages(pages);
  tell("Debian's settings", pages, streams);
  CHECK(streams.ended() == 0);
  CHECK(streams.running() == kStreams);
  streams.stop();
}

TEST_CASE("Pages are served when a stream begins after each graceful, and only the oldest streams end") {
  constexpr int kMayLiveOn = 8; // of ServerLimit 16
  TunnelSite site(options_with(""));
  site.httpd().error_log().expect("RTMPT071: [0-9]+ streams? over TLS ends?: more retired children");
  Streams streams(site);
  PageClient pages(site.httpd());
  for (int i = 0; i < kGracefuls; ++i) {
    streams.begin(1);
    graceful(site.httpd(), pages);
    if (i + 1 <= kMayLiveOn) CHECK(streams.ended() == 0);
  }
  check_pages(pages);
  tell("Debian's settings, one stream before each", pages, streams);
  CHECK(streams.ended() > 0);
  CHECK(happens([&] { return streams.running() == kGracefuls; }));
  // Each generation begins with StartServers children, which all may have streams when it retires.
  constexpr int kGracefulsSurvived = kMayLiveOn / kStartServers;
  for (int i = 0; i < kGracefuls; ++i) {
    CAPTURE(i);
    // A stream that was begun anew lives as long as a new one: through as many gracefuls.
    CHECK(streams.endings_of(static_cast<std::size_t>(i)) <= (kGracefuls - i) / kGracefulsSurvived);
  }
  for (int i = kGracefuls - kGracefulsSurvived; i < kGracefuls; ++i)
    CHECK(streams.endings_of(static_cast<std::size_t>(i)) == 0);
  streams.stop();
}

TEST_CASE("Pages are served where three children are the most, and each retires after 50 connections") {
  TunnelSite site(options_with("ServerLimit 3\nMaxConnectionsPerChild 50\n"));
  site.httpd().error_log().expect("RTMPT071: [0-9]+ streams? over TLS ends?");
  site.httpd().error_log().allow("AH00516"); // httpd lowers MaxRequestWorkers to what ServerLimit allows
  Streams streams(site);
  streams.begin(kStreams - 2);
  PageClient pages(site.httpd());
  for (int i = 0; i < kGracefuls; ++i) {
    graceful(site.httpd(), pages);
    if (streams.begun() < kStreams) streams.begin(1);
  }
  check_pages(pages);
  tell("ServerLimit 3, MaxConnectionsPerChild 50", pages, streams);
  CHECK(happens([&] { return streams.running() == kStreams; }));
  streams.stop();
}
