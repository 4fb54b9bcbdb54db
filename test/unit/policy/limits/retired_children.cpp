// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/retired_children.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace rtmpt_proxy::policy;
using namespace std::chrono_literals;

namespace {

using Places = std::vector<ChildPlace>;

ChildPlace live(std::size_t idle_threads) {
  return {ChildUse::live, idle_threads, 0, 0ms, 0ms};
}

ChildPlace retired(std::uint32_t streams, std::chrono::milliseconds age) {
  return {ChildUse::retired, 0, streams, age, 0ms};
}

ChildPlace empty(std::chrono::milliseconds emptied_for) {
  return {ChildUse::retired, 0, 0, 60s, emptied_for};
}

const ChildPlace kFree;

RetiredChildrenRules rules(std::size_t most) {
  return {most, 1h, 5};
}

// The places whose children must end their streams.
std::vector<std::size_t> ending(const Places& places, const RetiredChildrenRules& rules, bool lacks_place = false) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < places.size(); ++i)
    if (judge_retired_child(places, i, rules, lacks_place) != RetiredVerdict::live_on) found.push_back(i);
  return found;
}

} // namespace

TEST_CASE("Half of the places may be taken by retired children, and one is always left", "[retired]") {
  CHECK(most_retired_children(16, kHalfOfServerLimit) == 8);
  CHECK(most_retired_children(3, kHalfOfServerLimit) == 1);
  CHECK(most_retired_children(2, kHalfOfServerLimit) == 1);
  CHECK(most_retired_children(1, kHalfOfServerLimit) == 0);
  CHECK(most_retired_children(0, kHalfOfServerLimit) == 0);
  CHECK(most_retired_children(16, 0) == 0);
  CHECK(most_retired_children(16, 3) == 3);
  CHECK(most_retired_children(16, 15) == 15);
  CHECK(most_retired_children(16, 16) == 15);
  CHECK(most_retired_children(1, 5) == 0);
}

TEST_CASE("Of too many retired children the oldest end, and no more than needed", "[retired]") {
  const Places places{live(20), retired(1, 3s), retired(7, 9s), kFree, retired(2, 1s), empty(9s), retired(4, 5s)};
  CHECK(ending(places, rules(4)).empty());
  CHECK(ending(places, rules(3)) == std::vector<std::size_t>{2});
  CHECK(ending(places, rules(2)) == std::vector<std::size_t>{2, 6});
  CHECK(ending(places, rules(0)) == std::vector<std::size_t>{1, 2, 4, 6});
  CHECK(judge_retired_child(places, 2, rules(3), false) == RetiredVerdict::too_many);
}

TEST_CASE("Of two retired children of one age one is chosen", "[retired]") {
  const Places places{retired(1, 3s), retired(1, 3s), live(9)};
  CHECK(ending(places, rules(1)) == std::vector<std::size_t>{0});
}

TEST_CASE("A child without streams, or that is not retired, has nothing to end", "[retired]") {
  const Places places{live(0), kFree, empty(5s), empty(0ms)};
  CHECK(ending(places, rules(0), true).empty());
  CHECK(judge_retired_child(places, 99, rules(0), true) == RetiredVerdict::live_on);
}

TEST_CASE("A retired child lives on for a bounded time", "[retired]") {
  CHECK(ending({retired(1, 1h - 1ms), live(9)}, rules(1)).empty());
  CHECK(judge_retired_child(Places{retired(1, 1h), live(9)}, 0, rules(1), false) == RetiredVerdict::too_long);
}

TEST_CASE("When the site needs a place one child gives it, the oldest", "[retired]") {
  const Places places{retired(1, 3s), retired(1, 4s), live(0)};
  CHECK(ending(places, rules(2), true) == std::vector<std::size_t>{1});
  CHECK(judge_retired_child(places, 1, rules(2), true) == RetiredVerdict::no_place);
  CHECK(ending(places, rules(2), false).empty());
}

TEST_CASE("The site lacks a place when few threads are idle and no child can be started", "[retired]") {
  CHECK_FALSE(pages_lack_place(Places{retired(1, 3s), live(5)}, rules(1)));
  CHECK(pages_lack_place(Places{retired(1, 3s), live(4)}, rules(1)));
  CHECK_FALSE(pages_lack_place(Places{retired(1, 3s), live(4), live(1)}, rules(1)));
  CHECK(pages_lack_place(Places{retired(1, 3s), retired(1, 3s)}, rules(1)));
  CHECK_FALSE(pages_lack_place(Places{retired(1, 3s), live(0), kFree}, rules(1)));
}

TEST_CASE("A child that is about to end leaves a place, one that stays for other work does not", "[retired]") {
  CHECK_FALSE(pages_lack_place(Places{retired(1, 3s), live(0), empty(999ms)}, rules(1)));
  CHECK(pages_lack_place(Places{retired(1, 3s), live(0), empty(1s)}, rules(1)));
}
