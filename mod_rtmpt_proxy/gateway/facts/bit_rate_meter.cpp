// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/bit_rate_meter.hpp"

#include <algorithm>
#include <limits>

namespace rtmpt_proxy::gateway {

namespace {

constexpr std::uint64_t kBitsPerByte = 8;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;

std::uint64_t bits_per_second(std::uint64_t bytes, std::uint64_t microseconds) {
  return bytes * kBitsPerByte * kMicrosecondsPerSecond / microseconds;
}

} // namespace

void BitRateMeter::sample(TimePoint now, const ByteCounts& counts) {
  if (now - last_time_ < kInterval / 2) return;
  const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(now - last_time_).count();
  const auto microseconds = static_cast<std::uint64_t>(passed);
  rates_.receiving = bits_per_second(counts.received - last_counts_.received, microseconds);
  rates_.sending = bits_per_second(counts.sent - last_counts_.sent, microseconds);
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  samples_[taken_ % kSamples] = static_cast<std::uint32_t>(std::min(rates_.receiving + rates_.sending, kMost));
  ++taken_;
  last_time_ = now;
  last_counts_ = counts;
}

std::vector<std::uint32_t> BitRateMeter::history() const {
  const std::size_t count = std::min(taken_, kSamples);
  std::vector<std::uint32_t> oldest_first;
  oldest_first.reserve(count);
  for (std::size_t i = taken_ - count; i < taken_; ++i)
    oldest_first.push_back(samples_[i % kSamples]);
  return oldest_first;
}

} // namespace rtmpt_proxy::gateway
