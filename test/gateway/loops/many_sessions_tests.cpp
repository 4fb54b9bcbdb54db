// SPDX-License-Identifier: Apache-2.0
// The state of thousands of sessions with the worst names, while streams go on.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "loopback.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;
using local::Clock;

namespace {

constexpr std::uint32_t kLoops = 2;

// Descriptors of a program that are none of its sessions.
constexpr rlim_t kOtherDescriptors = 1000;

// Returns how many of `wanted` sessions the machine has descriptors for. Each takes one of the gateway, and one here.
// Before the gateway starts: it has the same limit.
std::size_t allow_sessions(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit higher{std::max(limit.rlim_cur, wanted + kOtherDescriptors),
                      std::max(limit.rlim_max, wanted + kOtherDescriptors)};
  if (::setrlimit(RLIMIT_NOFILE, &higher) == 0) return wanted;
  // Without the right to raise the hard limit.
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_max <= kOtherDescriptors || ::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw std::runtime_error("no descriptors for so many sessions");
  return std::min<std::size_t>(wanted, limit.rlim_max - kOtherDescriptors);
}

std::string publishing_with(char letter) {
  return client_stream({connect_to(std::string(255, letter)), start_payload("publish", std::string(255, letter))});
}

// Sessions whose media server takes their bytes and says nothing.
class ManySessions {
 public:
  ManySessions(GatewayClient& client, std::size_t count) : listener_(listen_on_loopback(port_)) {
    const timeval patience{std::chrono::duration_cast<std::chrono::seconds>(kPatience).count(), 0};
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::vector<std::jthread> openers;
    for (std::size_t i = 0; i < kOpeners; ++i)
      openers.emplace_back([this, &client, begin = count * i / kOpeners, end = count * (i + 1) / kOpeners] {
        try {
          for (std::size_t j = begin; j < end; ++j)
            open(client);
        } catch (const std::exception& error) {
          const std::lock_guard<std::mutex> lock(mutex_);
          failure_ = error.what();
        }
      });
    while (servers_.size() < count) {
      servers_.emplace_back(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!servers_.back()) break;
    }
    openers.clear(); // joined
    if (!failure_.empty()) throw std::runtime_error(failure_);
    if (!servers_.back()) throw std::runtime_error("fewer sessions than expected reach their media server");
  }

 private:
  static constexpr std::size_t kOpeners = 32; // an open takes some milliseconds, and most of them are waiting

  void open(GatewayClient& client) const {
    // A control character is six bytes of JSON.
    static const std::string kBytes = publishing_with('\x01');
    protocol::Admission admission = admission_to(port_);
    admission.terms.session_timeout = 10min;
    const std::string id = open_session(client, admission);
    if (forwarding_leg(client)->request({protocol::TunnelRequestKind::send, id, 0u, kBytes}).status != 200)
      throw std::runtime_error("a session does not take its client's bytes");
  }

  std::uint16_t port_ = 0; // first, for the listener tells it
  local::Descriptor listener_;
  std::vector<local::Descriptor> servers_;
  std::mutex mutex_; // guards what follows
  std::string failure_;
};

// A client of a session of its own that never rests, and the longest that its loop kept it waiting.
class RestlessClient {
 public:
  RestlessClient(GatewayClient& client, std::uint16_t backend_port)
      : session_(open_session(client, admission_to(backend_port))), leg_(handed_over_leg(client, session_.id())) {
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }

  // Since it was last asked.
  std::chrono::nanoseconds take_longest() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(longest_, 0ns);
  }

  std::string failure() {
    thread_.request_stop();
    thread_.join();
    return failure_;
  }

 private:
  void work(const std::stop_token& stop) {
    std::uint32_t number = 0;
    try {
      while (!stop.stop_requested()) {
        const auto begin = Clock::now();
        if (leg_->request({protocol::TunnelRequestKind::send, session_.id(), number++, "x"}).status != 200)
          throw std::runtime_error("no answer to a send");
        const std::lock_guard<std::mutex> lock(mutex_);
        longest_ = std::max<std::chrono::nanoseconds>(longest_, Clock::now() - begin);
      }
    } catch (const std::exception& error) {
      failure_ = error.what();
    }
  }

  EchoSession session_;
  std::unique_ptr<TunnelLeg> leg_;
  std::mutex mutex_;
  std::chrono::nanoseconds longest_{0};
  std::string failure_;
  std::jthread thread_;
};

std::size_t occurrences(const std::string& text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// Takes the state again and again while clients on every loop work: streams wait for a small part of that time.
void check_state_of(std::size_t wanted) {
  const std::size_t count = allow_sessions(wanted);
  std::printf("%zu sessions, %zu wanted\n", count, wanted);
  REQUIRE(count >= std::min<std::size_t>(wanted, 15'000));
  GatewayRig gateway(kLoops);
  gateway.send_settings(4);
  EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  const ManySessions sessions(client, count);
  RestlessClient first(client, backend.port());
  RestlessClient second(client, backend.port());
  // The shortest of each: on a busy machine a stream waits for other programs too, but not in every round.
  constexpr int kLeastRounds = 3;
  constexpr int kMostRounds = 20;
  std::chrono::nanoseconds shortest = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds wait = std::chrono::nanoseconds::max();
  for (int i = 0; i < kMostRounds && (i < kLeastRounds || wait >= shortest / 4); ++i) {
    first.take_longest();
    second.take_longest();
    const auto begin = Clock::now();
    const std::string json = whole_state(client, {});
    shortest = std::min<std::chrono::nanoseconds>(shortest, Clock::now() - begin);
    wait = std::min(wait, std::max(first.take_longest(), second.take_longest()));
    CHECK(occurrences(json, "{\"id\":") == count + 2);
    CHECK(occurrences(json, "\\u0001") == count * 2 * 255);
    CHECK(json.ends_with("\"refusals\":{}}"));
  }
  INFO(count << " sessions: state in " << milliseconds(shortest) << " ms, longest wait of a stream meanwhile "
             << milliseconds(wait) << " ms");
  CHECK(wait < shortest / 4);
  CHECK(first.failure().empty());
  CHECK(second.failure().empty());
}

} // namespace

TEST_CASE("Thousands of sessions with the longest names, all escaped, are told, and streams hardly wait", "[loops]") {
  check_state_of(4500);
}

// Hidden, because it takes long. ctest has an entry for it.
TEST_CASE("Twenty thousand sessions are told, or as many as there are descriptors for", "[.large]") {
  check_state_of(20'000);
}
