// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/read_pace.hpp>

#include <algorithm>
#include <bit>

namespace rtmpt_proxy::policy {

void ReadPace::note(std::size_t count, TimePoint now) {
  total_bytes_ += count;
  window_bytes_ += count;
  last_read_ = now;
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - window_begin_);
  if (passed < kWindow) return;
  const std::uint64_t worth =
      window_bytes_ * static_cast<std::uint64_t>(kGather.count()) / static_cast<std::uint64_t>(passed.count());
  window_bytes_ = 0;
  window_begin_ = now;
  if (total_bytes_ < kFreeBytes || worth < kLeastBytes)
    low_water_bytes_ = 1;
  else
    low_water_bytes_ = std::bit_floor(static_cast<std::size_t>(std::min<std::uint64_t>(worth, kMostBytes)));
}

} // namespace rtmpt_proxy::policy
