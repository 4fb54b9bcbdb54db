#include "session_counts.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::protocol;

namespace {

BackendAddress server(std::uint16_t port) {
  return {BackendKind::rtmp, "m", port};
}

Admission admission(const std::string& host, const std::string& client, const BackendAddress& backend = server(1)) {
  Admission admission;
  admission.virtual_host = host;
  admission.client_address = client;
  admission.backend = backend;
  return admission;
}

// Chooses and enters `count` times; returns how many each candidate got.
std::vector<std::size_t> spread(SessionCounts& counts, const std::vector<Candidate>& candidates, int count,
                                std::vector<BackendPlace>& places) {
  std::vector<std::size_t> chosen(candidates.size());
  for (int i = 0; i < count; ++i) {
    const std::size_t index = counts.choose(candidates);
    ++chosen.at(index);
    places.push_back(counts.enter(candidates[index].backend));
  }
  return chosen;
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
  const BackendPlace place = counts.enter(server(1));
  CHECK(counts.choose({{server(1), 1}, {server(2), 1}}) == 1);
  CHECK(counts.choose({{{BackendKind::rtmpt, "m", 1}, 1}, {server(2), 1}}) == 0);
}

TEST_CASE("A heavy weight does not overflow", "[session_counts]") {
  SessionCounts counts;
  std::vector<BackendPlace> places;
  CHECK(spread(counts, {{server(1), 1}, {server(2), 4294967295U}}, 100, places) == std::vector<std::size_t>{0, 100});
}

TEST_CASE("A kept place is used by the admission it was kept for, and given up by another", "[session_counts]") {
  SessionCounts counts;
  {
    const SessionPlaces places = counts.enter(admission("vh", "c"), counts.enter(server(1)));
    CHECK(counts.sessions_at(server(1)) == 1);
  }
  CHECK(counts.sessions_at(server(1)) == 0);
  const SessionPlaces elsewhere = counts.enter(admission("vh", "c", server(2)), counts.enter(server(1)));
  CHECK(counts.sessions_at(server(1)) == 0);
  CHECK(counts.sessions_at(server(2)) == 1);
}

TEST_CASE("Limits count the sessions of one virtual host and of one client there", "[session_counts]") {
  SessionCounts counts;
  std::vector<SessionPlaces> places;
  const auto enter = [&](const Admission& asked) { places.push_back(counts.enter(asked, std::nullopt)); };
  Admission next = admission("vh", "a");
  next.max_sessions = 3;
  next.max_sessions_per_client = 2;
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(counts.over_limit(next));
    enter(next);
  }
  REQUIRE(counts.over_limit(next));
  CHECK(counts.over_limit(next)->reason == Refusal::too_many_sessions_of_client);
  next.client_address = "b";
  CHECK_FALSE(counts.over_limit(next));
  enter(next);
  next.client_address = "c";
  REQUIRE(counts.over_limit(next));
  CHECK(counts.over_limit(next)->reason == Refusal::too_many_sessions);
  next.virtual_host = "other";
  CHECK_FALSE(counts.over_limit(next));
  next.virtual_host = "vh";
  places.erase(places.begin());
  CHECK_FALSE(counts.over_limit(next));
}

TEST_CASE("No limit is set by 0", "[session_counts]") {
  SessionCounts counts;
  std::vector<SessionPlaces> places;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE_FALSE(counts.over_limit(admission("vh", "a")));
    places.push_back(counts.enter(admission("vh", "a"), std::nullopt));
  }
}
