// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/input_budget.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <limits>
#include <thread>
#include <vector>

using rtmpt_proxy::gateway::InputBudget;

namespace {

constexpr std::size_t kAnySize = std::numeric_limits<std::size_t>::max();

} // namespace

TEST_CASE("What connections keep is counted up and down", "[input_budget]") {
  InputBudget budget;
  CHECK(budget.held_bytes() == 0);
  budget.change(0, 100);
  budget.change(0, 50);
  CHECK(budget.held_bytes() == 150);
  budget.change(100, 30);
  CHECK(budget.held_bytes() == 80);
  budget.change(30, 30);
  CHECK(budget.held_bytes() == 80);
  budget.change(30, 0);
  budget.change(50, 0);
  CHECK(budget.held_bytes() == 0);
}

TEST_CASE("Reads are of any size until much is kept, then small", "[input_budget]") {
  InputBudget budget;
  CHECK(budget.most_read_bytes() == kAnySize);
  budget.change(0, InputBudget::kPlentyBytes - 1);
  CHECK(budget.most_read_bytes() == kAnySize);
  budget.change(0, 1);
  CHECK(budget.most_read_bytes() == InputBudget::kScarceReadBytes);
  budget.change(0, InputBudget::kMostBytes);
  CHECK(budget.most_read_bytes() == InputBudget::kScarceReadBytes);
  budget.change(InputBudget::kMostBytes, 0);
  budget.change(1, 0);
  CHECK(budget.most_read_bytes() == kAnySize);
}

TEST_CASE("A connection must be closed when all keep too much and it keeps more than its share", "[input_budget]") {
  constexpr std::size_t kShare = InputBudget::kShareBytes;
  struct Row {
    std::size_t all_bytes;
    std::size_t kept_bytes;
    bool is_over;
  };
  const Row rows[] = {
      {0, 0, false},
      {0, kAnySize, false},
      {InputBudget::kPlentyBytes, kAnySize, false},
      {InputBudget::kMostBytes, kShare + 1, false},
      {InputBudget::kMostBytes + 1, 0, false},
      {InputBudget::kMostBytes + 1, kShare, false},
      {InputBudget::kMostBytes + 1, kShare + 1, true},
      {2 * InputBudget::kMostBytes, kShare, false},
      {2 * InputBudget::kMostBytes, kShare + 1, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.all_bytes, row.kept_bytes);
    InputBudget budget;
    budget.change(0, row.all_bytes);
    CHECK(budget.is_over_for(row.kept_bytes) == row.is_over);
  }
}

TEST_CASE("A connection that is closed for its share makes room for the others", "[input_budget]") {
  constexpr std::size_t kKept = InputBudget::kShareBytes + 1;
  InputBudget budget;
  budget.change(0, InputBudget::kMostBytes);
  budget.change(0, kKept);
  REQUIRE(budget.is_over_for(kKept));
  budget.change(kKept, 0);
  CHECK_FALSE(budget.is_over_for(kKept));
}

TEST_CASE("Loops that count at the same time lose nothing", "[input_budget]") {
  constexpr std::size_t kLoops = 4;
  constexpr std::size_t kRounds = 20'000;
  InputBudget budget;
  {
    std::vector<std::jthread> loops;
    for (std::size_t loop = 1; loop <= kLoops; ++loop)
      loops.emplace_back([&budget, loop] {
        for (std::size_t round = 0; round < kRounds; ++round) {
          budget.change(0, 1000 * loop);
          budget.change(1000 * loop, loop);
        }
      });
  }
  CHECK(budget.held_bytes() == kRounds * (1 + 2 + 3 + 4));
}
