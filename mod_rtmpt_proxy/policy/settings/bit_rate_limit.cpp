// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/settings/bit_rate_limit.hpp>

#include <charconv>
#include <string>

namespace rtmpt_proxy::policy {

std::optional<std::uint32_t> parse_bit_rate(std::string_view text) {
  constexpr std::uint64_t kMost = 1ull << 32; // no unit overflows it
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || value > kMost) return std::nullopt;
  const std::string unit = lowered(std::string_view(stop, static_cast<std::size_t>(end - stop)));
  if (unit == "k")
    value *= 1'000;
  else if (unit == "m")
    value *= 1'000'000;
  else if (unit == "g")
    value *= 1'000'000'000;
  else if (!unit.empty())
    return std::nullopt;
  if (value != 0 && (value < kLeastBitsPerSecond || value > kMostBitsPerSecond)) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::optional<bool> parse_rate_action(std::string_view text) {
  const std::string word = lowered(text);
  if (word == "close") return false;
  if (word == "throttle") return true;
  return std::nullopt;
}

} // namespace rtmpt_proxy::policy
