// SPDX-License-Identifier: Apache-2.0
// The value of RTMPTMaxBitRate.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::policy {

inline constexpr std::uint32_t kLeastBitsPerSecond = 16'000;
inline constexpr std::uint32_t kMostBitsPerSecond = 1'000'000'000;

struct BitRateLimit {
  std::uint32_t bits_per_second = 0; // 0: none
  bool throttles = false;            // otherwise the session ends
  bool operator==(const BitRateLimit&) const = default;
};

// "8M", "2500k", "0": bits per second. K, M and G are thousands, as encoders have them, not 1024. Empty when it is no
// such number, or neither 0 nor within the two limits above.
std::optional<std::uint32_t> parse_bit_rate(std::string_view text);

// "close" or "throttle", in any case of letters: whether a client over the limit is slowed down.
std::optional<bool> parse_rate_action(std::string_view text);

} // namespace rtmpt_proxy::policy
