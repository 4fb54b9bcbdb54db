// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/session_counts.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::protocol;

namespace {

BackendAddress server(std::uint16_t port) {
  return {BackendKind::rtmp, "m", port};
}

Admission admission(const std::string& host, const std::string& client, const BackendAddress& backend = server(1)) {
  Admission admission;
  admission.vhost_key = VhostKey(host);
  admission.client_address = client;
  admission.backend = backend;
  return admission;
}

// Chooses and enters `count` times; returns how many each candidate got.
std::vector<std::size_t> spread(SessionCounts& counts, const std::vector<Candidate>& candidates, int count,
                                std::vector<BackendPlace>& places) {
  std::vector<std::size_t> chosen(candidates.size());
  for (int i = 0; i < count; ++i) {
    Choice choice = counts.choose(candidates);
    ++chosen.at(choice.index);
    places.push_back(std::move(choice.place));
  }
  return chosen;
}

BackendPlace place_at(SessionCounts& counts, const BackendAddress& backend) {
  return counts.choose({{backend, 1}}).place;
}

// Throws when there is a limit in the way.
SessionPlaces admitted(SessionCounts& counts, const Admission& admission,
                       std::optional<BackendPlace> kept = std::nullopt) {
  return std::get<SessionPlaces>(counts.admit(admission, std::move(kept)));
}

Refusal refusal(SessionCounts& counts, const Admission& admission) {
  return std::get<Refused>(counts.admit(admission, std::nullopt)).reason;
}

} // namespace

TEST_CASE("Sessions spread over backends by their weights", "[session_counts]") {
  SessionCounts counts;
  std::vector<BackendPlace> places;
  const std::vector<Candidate> candidates{{server(1), 100}, {server(2), 300}};
  CHECK(spread(counts, candidates, 40, places) == std::vector<std::size_t>{10, 30});
  CHECK(counts.sessions_at(server(1)) == 10);
  places.clear();
  CHECK(counts.sessions_at(server(1)) == 0);
  CHECK(counts.sessions_at(server(2)) == 0);
}

TEST_CASE("A backend whose sessions ended gets the next ones", "[session_counts]") {
  SessionCounts counts;
  std::vector<BackendPlace> all, more;
  const std::vector<Candidate> candidates{{server(1), 1}, {server(2), 1}, {server(3), 1}};
  CHECK(spread(counts, candidates, 30, all) == std::vector<std::size_t>{10, 10, 10});
  std::erase_if(all, [](const BackendPlace& place) { return place.key() == server(2); });
  CHECK(spread(counts, candidates, 10, more) == std::vector<std::size_t>{0, 10, 0});
}

TEST_CASE("The same server under two names of worker counts once", "[session_counts]") {
  SessionCounts counts;
  const BackendPlace place = place_at(counts, server(1));
  CHECK(counts.choose({{server(1), 1}, {server(2), 1}}).index == 1);
  CHECK(counts.choose({{{BackendKind::rtmpt, "m", 1}, 1}, {server(2), 1}}).index == 0);
}

TEST_CASE("A heavy weight does not overflow", "[session_counts]") {
  SessionCounts counts;
  std::vector<BackendPlace> places;
  CHECK(spread(counts, {{server(1), 1}, {server(2), 4294967295U}}, 100, places) == std::vector<std::size_t>{0, 100});
}

TEST_CASE("A kept place is used by the admission it was kept for, and given up by another", "[session_counts]") {
  SessionCounts counts;
  {
    const SessionPlaces places = admitted(counts, admission("vh", "c"), place_at(counts, server(1)));
    CHECK(counts.sessions_at(server(1)) == 1);
    CHECK(counts.sessions() == 1);
  }
  CHECK(counts.sessions_at(server(1)) == 0);
  CHECK(counts.sessions() == 0);
  const SessionPlaces elsewhere = admitted(counts, admission("vh", "c", server(2)), place_at(counts, server(1)));
  CHECK(counts.sessions_at(server(1)) == 0);
  CHECK(counts.sessions_at(server(2)) == 1);
}

TEST_CASE("Limits count the sessions of one virtual host and of one client there", "[session_counts]") {
  SessionCounts counts;
  std::vector<SessionPlaces> places;
  Admission next = admission("vh", "a");
  next.terms.max_sessions = 3;
  next.terms.max_sessions_per_client = 2;
  for (int i = 0; i < 2; ++i)
    places.push_back(admitted(counts, next));
  CHECK(refusal(counts, next) == Refusal::too_many_sessions_of_client);
  next.client_address = "b";
  places.push_back(admitted(counts, next));
  next.client_address = "c";
  CHECK(refusal(counts, next) == Refusal::too_many_sessions);
  next.vhost_key = VhostKey("other");
  CHECK_NOTHROW(admitted(counts, next));
  next.vhost_key = VhostKey("vh");
  places.erase(places.begin());
  CHECK_NOTHROW(admitted(counts, next));
}

TEST_CASE("A client is an IPv4 address, or all of an IPv6 /64", "[session_counts]") {
  CHECK(counted_as("192.0.2.1") == "192.0.2.1");
  CHECK(counted_as("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(counted_as("2001:db8:1:2::") == "2001:db8:1:2::/64");
  CHECK(counted_as("no address") == "no address");
  SessionCounts counts;
  std::vector<SessionPlaces> places;
  const auto enter = [&](const std::string& client) {
    Admission next = admission("vh", client);
    next.terms.max_sessions_per_client = 2;
    auto outcome = counts.admit(next, std::nullopt);
    if (std::holds_alternative<Refused>(outcome)) return false;
    places.push_back(std::move(std::get<SessionPlaces>(outcome)));
    return true;
  };
  CHECK(enter("2001:db8:1:2::1"));
  CHECK(enter("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  CHECK_FALSE(enter("2001:db8:1:2::3"));
  CHECK(enter("2001:db8:1:3::1"));
  CHECK(enter("::ffff:192.0.2.1"));
  CHECK(enter("::ffff:192.0.2.2"));
  CHECK(enter("::ffff:192.0.2.1"));
  CHECK_FALSE(enter("::ffff:192.0.2.1"));
}

TEST_CASE("No limit is set by 0", "[session_counts]") {
  SessionCounts counts;
  std::vector<SessionPlaces> places;
  for (int i = 0; i < 1000; ++i)
    REQUIRE_NOTHROW(places.push_back(admitted(counts, admission("vh", "a"))));
  CHECK(counts.sessions() == 1000);
}

TEST_CASE("Threads that admit, choose and end at once never pass a limit and leave nothing behind",
          "[session_counts]") {
  constexpr std::size_t kThreads = 4;
  constexpr int kRounds = 2000;
  SessionCounts counts;
  Admission asked = admission("vh", "a");
  asked.terms.max_sessions = 2;
  std::atomic<int> inside{0}, most_inside{0}, admissions{0}, refusals{0};
  const auto work = [&] {
    for (int i = 0; i < kRounds; ++i) {
      auto kept = place_at(counts, server(1));
      auto outcome = counts.admit(asked, std::move(kept));
      if (std::holds_alternative<Refused>(outcome)) {
        ++refusals;
        continue;
      }
      ++admissions;
      const int now = ++inside;
      for (int most = most_inside; now > most && !most_inside.compare_exchange_weak(most, now);) {
      }
      --inside; // before the place is given up, so that a right count is never exceeded
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i)
      threads.emplace_back(work);
  }
  CHECK(admissions + refusals == static_cast<int>(kThreads) * kRounds);
  CHECK(admissions > 0);
  CHECK(most_inside <= 2);
  CHECK(counts.sessions() == 0);
  CHECK(counts.sessions_at(server(1)) == 0);
}

TEST_CASE("A loop without time left gets no session while another has some", "[session_counts]") {
  SessionCounts counts;
  std::vector<LoopPlace> places;
  const auto enter = [&] {
    LoopChoice choice = counts.choose_loop(3, 64);
    places.push_back(std::move(choice.place));
    return choice.index;
  };
  CHECK(enter() == 0);
  counts.set_loop_full(0, true);
  CHECK(enter() == 1);
  CHECK(enter() == 1);
  counts.set_loop_full(1, true);
  CHECK(enter() == 2);
  counts.set_loop_full(2, true); // all alike again: the one with the fewest
  CHECK(enter() == 0);
  counts.set_loop_full(0, false);
  CHECK(enter() == 0);
}

TEST_CASE("A loop gets its few sessions before the next one is used, then each its share", "[session_counts]") {
  SessionCounts counts;
  std::vector<LoopPlace> places;
  const auto enter = [&](std::uint32_t loops, std::size_t few) {
    LoopChoice choice = counts.choose_loop(loops, few);
    places.push_back(std::move(choice.place));
    return choice.index;
  };
  std::vector<std::uint32_t> chosen;
  for (int i = 0; i < 10; ++i)
    chosen.push_back(enter(3, 2));
  CHECK(chosen == std::vector<std::uint32_t>{0, 0, 1, 1, 2, 2, 0, 1, 2, 0});
  places.erase(places.begin() + 2, places.begin() + 4); // both first ones of loop 1: one is left there
  CHECK(enter(3, 2) == 1);
  CHECK(enter(3, 2) == 1); // 4, 2 and 3: all have their few
  CHECK(enter(1, 2) == 0);
}

TEST_CASE("A drained backend is passed over while there is another, and admits nobody", "[session_counts]") {
  SessionCounts counts;
  const std::vector<Candidate> both{{server(1), 100}, {server(2), 1}};
  std::vector<BackendPlace> places;
  counts.set_drained(server(1), true);
  CHECK(counts.is_drained(server(1)));
  CHECK_FALSE(counts.is_drained(server(2)));
  CHECK(spread(counts, both, 5, places) == std::vector<std::size_t>{0, 5});
  CHECK(spread(counts, {{server(2), 1}, {server(1), 100}}, 5, places) == std::vector<std::size_t>{5, 0});
  CHECK(spread(counts, {{server(1), 1}}, 1, places) == std::vector<std::size_t>{1});
  CHECK(refusal(counts, admission("a", "c", server(1))) == Refusal::backend_drained);
  CHECK_NOTHROW(admitted(counts, admission("a", "c", server(2))));
  counts.set_drained(server(1), false);
  CHECK_NOTHROW(admitted(counts, admission("a", "c", server(1))));
  places.clear();
  CHECK(spread(counts, both, 5, places) == std::vector<std::size_t>{5, 0});
}

TEST_CASE("A backend whose last attempt failed has just failed, until one succeeds or some seconds have passed") {
  SessionCounts counts;
  const TimePoint now{};
  CHECK_FALSE(counts.has_just_failed(server(1), now));
  counts.note_success(server(1));
  CHECK(counts.backends().empty());
  counts.note_failure(server(1), now);
  CHECK(counts.has_just_failed(server(1), now));
  CHECK_FALSE(counts.has_just_failed(server(2), now));
  CHECK(counts.has_just_failed(server(1), now + SessionCounts::kFailureCounts - std::chrono::milliseconds(1)));
  CHECK_FALSE(counts.has_just_failed(server(1), now + SessionCounts::kFailureCounts));
  counts.note_failure(server(1), now + std::chrono::seconds(60));
  CHECK(counts.has_just_failed(server(1), now + std::chrono::seconds(61)));
  counts.note_success(server(1));
  CHECK_FALSE(counts.has_just_failed(server(1), now + std::chrono::seconds(61)));
  CHECK(counts.failures_at(server(1)) == 2);
}
