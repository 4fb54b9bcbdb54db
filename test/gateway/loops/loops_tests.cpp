// SPDX-License-Identifier: Apache-2.0
// rtmpt-gateway on several event loops, driven as httpd's children drive it, by many threads. Built with the thread
// sanitizer it ends with another status than 0 when two of its threads touch the same thing unguarded.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "send_all.hpp"
#include "tunnel_legs.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <random>
#include <set>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <poll.h>
#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;
using protocol::TunnelRequestKind;

namespace {

constexpr std::uint32_t kLoops = 4;
constexpr std::size_t kThreads = 4;

std::string random_text(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string text(bytes, '\0');
  for (char& character : text)
    character = static_cast<char>(random());
  return text;
}

// Runs `work` in so many threads at once, telling each its number, and throws what one of them threw.
template <class Work>
void at_once(std::size_t threads, const Work& work) {
  std::vector<std::exception_ptr> failures(threads);
  {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < threads; ++i)
      running.emplace_back([&work, &failure = failures[i], i] {
        try {
          work(i);
        } catch (...) {
          failure = std::current_exception();
        }
      });
  }
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

// Counts one down at its end.
class Leaving {
 public:
  explicit Leaving(std::atomic<std::size_t>& count) : count_(count) {}
  ~Leaving() { --count_; }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;

 private:
  std::atomic<std::size_t>& count_;
};

std::vector<std::uint32_t> count_by_loop(const std::vector<std::string>& ids) {
  std::vector<std::uint32_t> counts(kLoops);
  for (const std::string& id : ids)
    ++counts.at(protocol::loop_of_session(id).value());
  return counts;
}

std::vector<std::string> open_sessions(GatewayClient& client, const EchoBackend& backend, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i)
    ids.push_back(open_session(client, admission_to(backend.port())));
  return ids;
}

std::uint16_t status_of_idle(GatewayClient& client, const std::string& id) {
  return forwarding_leg(client)->request({TunnelRequestKind::idle, id, 7u, {}}).status;
}

// What came over a channel whose end was put through the door with these bytes: the number of bytes, 0 for its end.
ssize_t answer_to_knock(int door, const std::string& bytes) {
  auto pair = local::make_socket_pair(SOCK_STREAM);
  const int end = pair->theirs.get();
  REQUIRE(send_all(door, bytes, {&end, 1}));
  pair->theirs.reset();
  pollfd ready{pair->ours.get(), POLLIN, 0};
  REQUIRE(::poll(&ready, 1, 20'000) == 1);
  char byte = 0;
  return ::recv(pair->ours.get(), &byte, 1, 0);
}

} // namespace

TEST_CASE("Sessions spread over the loops, and all carry their bytes at once", "[loops]") {
  constexpr int kSessionsEach = 8;
  GatewayRig gateway(kLoops);
  REQUIRE(gateway.loops() == kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 1);
  std::vector<std::vector<std::string>> ids(kThreads);
  std::atomic<std::size_t> busy{kThreads};
  const auto work = [&](std::size_t thread) {
    const Leaving leaving(busy);
    for (unsigned i = 0; i < kSessionsEach; ++i) {
      EchoSession session(open_session(client, admission_to(backend.port())));
      ids[thread].push_back(session.id());
      const auto leg = i % 2 == 0 ? handed_over_leg(client, session.id()) : forwarding_leg(client);
      for (unsigned round = 0; round < 3; ++round)
        session.carry(*leg, random_text(20'000, static_cast<unsigned>(thread) * 100 + i * 10 + round));
      session.close(*leg);
    }
  };
  // The log changes hands meanwhile, as with a graceful.
  const auto change_settings = [&] {
    for (std::uint8_t level = 6; busy > 0; level = level == 6 ? 8 : 6) {
      gateway.send_settings(level);
      std::this_thread::sleep_for(5ms); // not faster than the gateway takes them
    }
  };
  at_once(kThreads + 1, [&](std::size_t thread) { thread < kThreads ? work(thread) : change_settings(); });
  std::vector<std::string> all;
  for (const auto& some : ids)
    all.insert(all.end(), some.begin(), some.end());
  // Each went where the fewest were at its moment; they end in no order, so the shares are only nearly equal.
  const auto counts = count_by_loop(all);
  CHECK(all.size() == kThreads * kSessionsEach);
  CHECK(*std::min_element(counts.begin(), counts.end()) >= kThreads * kSessionsEach / kLoops / 4);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A connection that sessions of all loops share goes where each request has to", "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  const auto ids = open_sessions(client, backend, kLoops * 2);
  REQUIRE(count_by_loop(ids) == std::vector<std::uint32_t>(kLoops, 2));
  std::vector<EchoSession> sessions(ids.begin(), ids.end());
  const auto leg = handed_over_leg(client, ids.front());
  for (unsigned round = 0; round < 10; ++round)
    for (EchoSession& session : sessions)
      REQUIRE_NOTHROW(session.carry(*leg, random_text(3000, round)));
  const std::string nobody = unknown_beside(ids.front()).substr(1);
  CHECK(leg->request({TunnelRequestKind::idle, "C" + nobody, 1u, {}}).status == 404);
  CHECK(leg->request({TunnelRequestKind::idle, "_" + nobody, 1u, {}}).status == 404); // of no loop
  for (EchoSession& session : sessions)
    CHECK_NOTHROW(session.close(*leg));
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("Of opens at all loops at once exactly as many succeed as the limit allows", "[loops]") {
  constexpr std::size_t kLimit = 5;
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 2);
  protocol::Admission admission = admission_to(backend.port());
  admission.terms.max_sessions = kLimit;
  for (int round = 0; round < 3; ++round) {
    std::mutex mutex;
    std::vector<std::string> ids;
    std::size_t refused = 0;
    at_once(12, [&](std::size_t) {
      try {
        std::string id = open_session(client, admission);
        const std::lock_guard<std::mutex> lock(mutex);
        ids.push_back(std::move(id));
      } catch (const std::runtime_error& error) {
        if (!std::string_view(error.what()).starts_with("refused: 5 sessions")) throw;
        const std::lock_guard<std::mutex> lock(mutex);
        ++refused;
      }
    });
    CHECK(ids.size() == kLimit);
    CHECK(refused == 12 - kLimit);
    const auto leg = forwarding_leg(client);
    for (const std::string& id : ids)
      EchoSession(id).close(*leg);
  }
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A session is known at its own loop alone, and an id of no loop nowhere", "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  const auto ids = open_sessions(client, backend, kLoops);
  for (const std::string& id : ids)
    CHECK(status_of_idle(client, id) == 200);
  std::string elsewhere = ids.front();
  for (const char character : {'B', 'C', 'D', 'E', '_', '*'}) {
    CAPTURE(character);
    elsewhere.front() = elsewhere.front() == character ? 'A' : character;
    CHECK(status_of_idle(client, elsewhere) == 404);
  }
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("A knock for a loop that is not there is closed with one line, and the door stays open", "[loops]") {
  GatewayRig gateway(kLoops);
  CHECK(answer_to_knock(gateway.door(), std::string(1, '\0')) == 1);
  CHECK(answer_to_knock(gateway.door(), std::string(1, '\3')) == 1);
  CHECK(answer_to_knock(gateway.door(), std::string(1, '\4')) == 0);
  CHECK(answer_to_knock(gateway.door(), std::string(1, '\xFF')) == 0);
  CHECK(answer_to_knock(gateway.door(), std::string(1, '\0')) == 1);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0); // then all its lines are written
  const std::string log = gateway.log_text();
  const auto lines_with = [&log](const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1))
      ++count;
    return count;
  };
  CHECK(lines_with("RTMPT317: a channel of httpd asks for loop 4 of 4 and is closed") == 1);
  CHECK(lines_with("RTMPT317: a channel of httpd asks for loop 255 of 4 and is closed") == 1);
}

TEST_CASE("A retired gateway finishes the sessions of all its loops and ends", "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 3);
  std::vector<EchoSession> sessions;
  for (std::string& id : open_sessions(client, backend, kLoops))
    sessions.emplace_back(std::move(id));
  gateway.retire();
  // Each loop hears of it in its own time.
  std::size_t refused = 0;
  for (const auto deadline = local::Clock::now() + kPatience; refused < kLoops && local::Clock::now() < deadline;) {
    try {
      sessions.emplace_back(open_session(client, admission_to(backend.port())));
      refused = 0;
    } catch (const std::runtime_error&) {
      ++refused;
    }
  }
  CHECK(refused == kLoops);
  at_once(sessions.size(), [&](std::size_t i) {
    const auto leg = handed_over_leg(client, sessions[i].id());
    sessions[i].carry(*leg, random_text(20'000, static_cast<unsigned>(i)));
    if (i > 0) sessions[i].close(*leg);
  });
  CHECK_FALSE(gateway.wait_for_end(4s)); // for one session is left, at one of the loops
  const auto leg = forwarding_leg(client);
  CHECK_NOTHROW(sessions.front().carry(*leg, "still there"));
  CHECK_NOTHROW(sessions.front().close(*leg));
  CHECK(gateway.wait_for_end(kPatience) == 0);
  // Opens that were under way when it heard of it count, whether or not they came to something.
  constexpr std::string_view kWords = "RTMPT301: a newer gateway takes the new sessions; this one finishes its ";
  const std::string log = gateway.log_text();
  const std::size_t found = log.find(kWords);
  REQUIRE(found != std::string::npos);
  const int left = std::atoi(log.c_str() + found + kWords.size());
  CAPTURE(left, sessions.size());
  CHECK(left >= static_cast<int>(kLoops));
  CHECK(left <= static_cast<int>(sessions.size()) + 1);
}

TEST_CASE("All loops end at once in the middle of traffic", "[loops]") {
  const bool by_signal = GENERATE(true, false);
  CAPTURE(by_signal);
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  std::atomic<std::size_t> rounds{0};
  std::jthread traffic([&] {
    CHECK_THROWS_AS(at_once(kThreads,
                            [&](std::size_t thread) {
                              EchoSession session(open_session(client, admission_to(backend.port())));
                              const auto leg = handed_over_leg(client, session.id());
                              for (;; ++rounds)
                                session.carry(*leg, random_text(5000, static_cast<unsigned>(thread)));
                            }),
                    std::runtime_error);
  });
  CHECK(happens([&] { return rounds >= 40; }));
  if (by_signal)
    gateway.signal(SIGTERM);
  else
    gateway.cut_lifeline();
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("Behind the same door a gateway of fewer loops follows, then one of more", "[loops]") {
  GatewayRig gateway(kLoops);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  const auto carries = [&](std::size_t count) {
    for (const std::string& id : open_sessions(client, backend, count)) {
      EchoSession session(id);
      const auto leg = forwarding_leg(client);
      session.carry(*leg, random_text(1000, 1));
      session.close(*leg);
    }
  };
  carries(kLoops);
  std::string lost = open_sessions(client, backend, kLoops).back();
  lost.front() = protocol::loop_character(kLoops - 1);
  for (const std::uint32_t threads : {1u, 2u, 1u, kLoops}) {
    CAPTURE(threads);
    gateway.signal(SIGTERM);
    REQUIRE(gateway.wait_for_end(kPatience) == 0);
    gateway.start(threads);
    REQUIRE(gateway.loops() == threads);
    CHECK(status_of_idle(client, lost) == 421); // of the gateway before
    CHECK_NOTHROW(carries(kLoops + 1));
  }
  // With nothing of the last gateway known yet but its door.
  GatewayClient other({gateway.door()}, 0);
  CHECK(status_of_idle(other, lost) == 421);
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
