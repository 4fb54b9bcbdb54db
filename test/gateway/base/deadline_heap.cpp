// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/deadline_heap.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

using namespace std::chrono_literals;
using rtmpt_proxy::gateway::DeadlineHeap;
using rtmpt_proxy::gateway::Timed;
using rtmpt_proxy::gateway::TimePoint;

namespace {

struct Member final : Timed {
  void on_deadline() override { ++calls; }
  int calls = 0;
};

const TimePoint kStart{1h};

std::vector<std::shared_ptr<Member>> enter_members(DeadlineHeap& heap, std::size_t count) {
  std::vector<std::shared_ptr<Member>> members;
  for (std::size_t i = 0; i < count; ++i) {
    members.push_back(std::make_shared<Member>());
    heap.enter(*members.back());
  }
  return members;
}

} // namespace

TEST_CASE("A member without a deadline is never due", "[deadline_heap]") {
  DeadlineHeap heap;
  const auto members = enter_members(heap, 3);
  CHECK(heap.earliest() == TimePoint::max());
  CHECK(heap.take_due(TimePoint::max()) == nullptr);
  CHECK(heap.due_of(*members[1]) == TimePoint::max());
}

TEST_CASE("Members are due in the order of their deadlines, each once", "[deadline_heap]") {
  DeadlineHeap heap;
  const auto members = enter_members(heap, 3);
  heap.set(*members[0], kStart + 3ms);
  heap.set(*members[1], kStart + 1ms);
  heap.set(*members[2], kStart + 2ms);
  CHECK(heap.earliest() == kStart + 1ms);
  CHECK(heap.take_due(kStart) == nullptr);
  CHECK(heap.take_due(kStart + 2ms) == members[1].get());
  CHECK(heap.take_due(kStart + 2ms) == members[2].get());
  CHECK(heap.take_due(kStart + 2ms) == nullptr);
  CHECK(heap.due_of(*members[1]) == TimePoint::max());
  CHECK(heap.earliest() == kStart + 3ms);
}

TEST_CASE("A deadline can be moved either way and taken back", "[deadline_heap]") {
  DeadlineHeap heap;
  const auto members = enter_members(heap, 2);
  heap.set(*members[0], kStart + 5ms);
  heap.set(*members[1], kStart + 6ms);
  heap.set(*members[0], kStart + 7ms);
  CHECK(heap.earliest() == kStart + 6ms);
  heap.set(*members[0], kStart + 1ms);
  CHECK(heap.earliest() == kStart + 1ms);
  heap.set(*members[0], TimePoint::max());
  CHECK(heap.take_due(kStart + 10ms) == members[1].get());
  CHECK(heap.take_due(kStart + 10ms) == nullptr);
}

TEST_CASE("A member that has left is unknown", "[deadline_heap]") {
  Member member;
  DeadlineHeap heap;
  heap.enter(member);
  heap.set(member, kStart);
  heap.leave(member);
  CHECK(heap.size() == 0);
  CHECK(heap.take_due(kStart) == nullptr);
  heap.set(member, kStart); // nothing happens
  CHECK(heap.due_of(member) == TimePoint::max());
  heap.leave(member); // nothing happens
  CHECK(heap.size() == 0);
}

TEST_CASE("Any mixture of changes leaves the heap with the right next deadline", "[deadline_heap]") {
  DeadlineHeap heap;
  auto members = enter_members(heap, 64);
  std::vector<TimePoint> expected(members.size(), TimePoint::max());
  std::mt19937 random(7);
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t which = random() % members.size();
    switch (random() % 4) {
    case 0: {
      heap.leave(*members[which]);
      members[which] = std::make_shared<Member>();
      heap.enter(*members[which]);
      expected[which] = TimePoint::max();
      break;
    }
    case 1: {
      const TimePoint now = kStart + std::chrono::milliseconds(random() % 1000);
      const auto due = heap.take_due(now);
      const auto least = std::min_element(expected.begin(), expected.end());
      REQUIRE((due != nullptr) == (*least <= now));
      if (!due) break;
      const auto found =
          std::find_if(members.begin(), members.end(), [due](const auto& member) { return member.get() == due; });
      const auto index = static_cast<std::size_t>(found - members.begin());
      REQUIRE(expected.at(index) == *least);
      expected[index] = TimePoint::max();
      break;
    }
    default:
      expected[which] = kStart + std::chrono::milliseconds(random() % 1000);
      heap.set(*members[which], expected[which]);
    }
    REQUIRE(heap.earliest() == *std::min_element(expected.begin(), expected.end()));
    REQUIRE(heap.size() == members.size());
  }
}
