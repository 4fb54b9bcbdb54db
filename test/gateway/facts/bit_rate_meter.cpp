// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/bit_rate_meter.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace rtmpt_proxy::gateway;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kBegin{};

} // namespace

TEST_CASE("Bit rates are those between the last two samples", "[bit_rate_meter]") {
  BitRateMeter meter(kBegin);
  CHECK(meter.rates().receiving == 0);
  CHECK(meter.history().empty());
  meter.sample(kBegin + 2s, {1'000'000, 500});
  CHECK(meter.rates().receiving == 4'000'000);
  CHECK(meter.rates().sending == 2'000);
  meter.sample(kBegin + 6s, {1'000'000, 2'500});
  CHECK(meter.rates().receiving == 0);
  CHECK(meter.rates().sending == 4'000);
  CHECK(meter.history() == std::vector<std::uint32_t>{4'002'000, 4'000});
}

TEST_CASE("A sample too soon after the last one is left out, and its bytes are not lost", "[bit_rate_meter]") {
  BitRateMeter meter(kBegin);
  meter.sample(kBegin + 999ms, {1000, 0});
  CHECK(meter.history().empty());
  meter.sample(kBegin + 2s, {2000, 0});
  CHECK(meter.history() == std::vector<std::uint32_t>{8000});
}

TEST_CASE("The history keeps the last samples, oldest first", "[bit_rate_meter]") {
  BitRateMeter meter(kBegin);
  std::uint64_t bytes = 0;
  for (std::uint32_t i = 1; i <= BitRateMeter::kSamples + 5; ++i) {
    bytes += i;
    meter.sample(kBegin + i * 1s, {0, bytes});
  }
  std::vector<std::uint32_t> expected(BitRateMeter::kSamples);
  std::iota(expected.begin(), expected.end(), 6);
  for (std::uint32_t& bits : expected)
    bits *= 8;
  CHECK(meter.history() == expected);
}

TEST_CASE("A rate beyond 32 bits shows as the largest one in the history", "[bit_rate_meter]") {
  BitRateMeter meter(kBegin);
  meter.sample(kBegin + 1s, {1'000'000'000, 0});
  CHECK(meter.rates().receiving == 8'000'000'000);
  CHECK(meter.history() == std::vector<std::uint32_t>{0xFFFFFFFF});
}
