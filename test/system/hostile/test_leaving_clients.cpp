// SPDX-License-Identifier: Apache-2.0
// A client that opens session after session and leaves each at once: what it takes from the others.
#include "support/clients/farm_sessions.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kPace{1000 / 92};
constexpr std::chrono::milliseconds kTime{10'000};
// A session without a request ends after five seconds; three more for a machine that has other work to do.
constexpr std::chrono::milliseconds kHeldFor{8'000};

// Opens a session at each kPace on a connection of its own, and closes that without another request.
class LeavingClient {
 public:
  explicit LeavingClient(Endpoint endpoint, std::string headers)
      : endpoint_(std::move(endpoint)), headers_(std::move(headers)), thread_([this] { run(); }) {}
  ~LeavingClient() { end(); }
  LeavingClient(const LeavingClient&) = delete;
  LeavingClient& operator=(const LeavingClient&) = delete;

  void end() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::size_t refused() const { return refused_; }
  std::size_t failed() const { return failed_; }
  std::size_t opened() const {
    const std::lock_guard lock(mutex_);
    return opened_.size();
  }
  // How many it opened in the last `time`.
  std::size_t opened_within(std::chrono::milliseconds time) const {
    const std::lock_guard lock(mutex_);
    const auto from = Clock::now() - time;
    return static_cast<std::size_t>(
        std::count_if(opened_.begin(), opened_.end(), [&](Clock::time_point at) { return at >= from; }));
  }

 private:
  void run() {
    for (auto next = Clock::now(); !stop_; next += kPace) {
      std::this_thread::sleep_until(next); // its pace
      try {
        const int status = TunnelClient(endpoint_, headers_).try_open().status;
        const std::lock_guard lock(mutex_);
        if (status == 200) opened_.push_back(Clock::now());
        if (status == 503) ++refused_;
        if (status != 200 && status != 503) ++failed_;
      } catch (const std::exception&) {
        ++failed_;
      }
    }
  }

  const Endpoint endpoint_;
  const std::string headers_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> refused_ = 0;
  std::atomic<std::size_t> failed_ = 0;
  mutable std::mutex mutex_;
  std::deque<Clock::time_point> opened_;
  std::thread thread_;
};

HttpdOptions site_of(const FarmMember& member, const std::string& limits) {
  HttpdOptions options;
  // Long, so that only the rule about the first request ends these sessions.
  options.site = "RTMPTProxyPass " + member.url() + "\nRTMPTSessionTimeout 60s\n" + limits + status_location();
  return options;
}

std::size_t sessions_of(const HttpdFixture& httpd) {
  return status_of(httpd).at("sessions").as_array().size();
}

Endpoint from(Endpoint endpoint, const std::string& address) {
  endpoint.from_address = address;
  return endpoint;
}

} // namespace

TEST_CASE("A client that opens 92 sessions a second and leaves them holds those of five seconds") {
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(carriage);
  FarmMember member('a');
  HttpdFixture httpd(site_of(member, ""));
  httpd.start();
  std::size_t most = 0;
  std::size_t too_many = 0; // beyond those that were opened of late
  {
    LeavingClient leaving(carriage.tls ? httpd.tls() : httpd.plain(), carriage.headers);
    for (const Deadline end(kTime); !end.passed();) {
      const std::size_t held = sessions_of(httpd);
      const std::size_t of_late = leaving.opened_within(kHeldFor);
      most = std::max(most, held);
      if (held > of_late) too_many = std::max(too_many, held - of_late);
    }
    leaving.end();
    std::printf("%s: %zu opened, %zu held at most\n", carriage.name.c_str(), leaving.opened(), most);
    CHECK(too_many <= 2); // one may end while it is counted
    CHECK(leaving.failed() == 0);
    CHECK(leaving.opened() > 200);
    CHECK(most > 60); // or nothing was seen
  }
  CHECK(happens([&] { return sessions_of(httpd) == 0; }));
}

TEST_CASE("Beside a client that opens and leaves, RTMPTMaxSessionsPerClient lets the others in") {
  constexpr std::size_t kOfEach = 20;
  FarmMember member('a');
  HttpdFixture httpd(site_of(member, "RTMPTMaxSessionsPerClient 20\nRTMPTMaxSessions 40\n"));
  httpd.start();
  LeavingClient leaving(from(httpd.plain(), "127.0.0.2"), "");
  REQUIRE(happens([&] { return leaving.refused() > 20; }));
  std::vector<FarmSession> others;
  for (std::size_t i = 0; i < kOfEach; ++i)
    CHECK_NOTHROW(others.push_back(begin_session(httpd.plain())));
  CHECK(sessions_of(httpd) <= 2 * kOfEach);
  CHECK(sessions_of(httpd) > kOfEach);
  // It gets in again when its sessions have ended, and no more of it than before.
  const std::size_t had = leaving.opened();
  CHECK(happens([&] { return leaving.opened() >= had + kOfEach; }));
  CHECK(sessions_of(httpd) <= 2 * kOfEach);
  for (auto& session : others)
    CHECK_NOTHROW(carry_and_return(session, 2'000, 1));
  leaving.end();
  CHECK(leaving.failed() == 0);
}
