// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/settings/setting_text.hpp>
#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <algorithm>
#include <charconv>

namespace rtmpt_proxy::policy {

namespace {

using std::chrono::milliseconds;

// Digits at the start of `text` as a number; `rest` is what follows them. Takes no sign and no blank.
template <class Number>
std::optional<Number> leading_number(std::string_view text, std::string_view& rest) {
  Number value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc()) return std::nullopt;
  rest = std::string_view(stop, static_cast<std::size_t>(end - stop));
  return value;
}

template <class Value>
std::optional<Value> within(const std::optional<Value>& value, Value least, Value most) {
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

} // namespace

std::optional<milliseconds> parse_time(std::string_view text) {
  constexpr std::size_t kMostDigits = 9;
  std::string_view unit;
  const std::optional<std::int64_t> number =
      text.starts_with('-') ? std::nullopt : leading_number<std::int64_t>(text, unit);
  if (!number || text.size() - unit.size() > kMostDigits) return std::nullopt;
  if (unit == "ms") return milliseconds(*number);
  if (unit.empty() || unit == "s") return std::chrono::seconds(*number);
  if (unit == "mi" || unit == "min") return std::chrono::minutes(*number);
  if (unit == "h") return std::chrono::hours(*number);
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::uint64_t kMost = 1ull << 32; // no unit overflows it
  std::string_view unit;
  const std::optional<std::uint64_t> value = leading_number<std::uint64_t>(text, unit);
  if (!value || *value > kMost) return std::nullopt;
  if (unit.empty()) return value;
  if (unit == "K" || unit == "k") return *value << 10;
  if (unit == "M" || unit == "m") return *value << 20;
  if (unit == "G" || unit == "g") return *value << 30;
  return std::nullopt;
}

std::optional<std::uint32_t> parse_count(std::string_view text, std::uint32_t maximum) {
  std::string_view rest;
  const std::optional<std::uint32_t> value = leading_number<std::uint32_t>(text, rest);
  return rest.empty() ? within(value, 0u, maximum) : std::nullopt;
}

std::optional<std::uint32_t> parse_gop_cache(std::string_view text) {
  if (lowered(text) == "off") return 0;
  const auto bytes = within<std::uint64_t>(parse_size(text), kMinGopCacheBytes, kMaxGopCacheBytes);
  return bytes ? std::optional(static_cast<std::uint32_t>(*bytes)) : std::nullopt;
}

std::optional<bool> parse_setting(const OnOffSetting&, std::string_view text) {
  const std::string word = lowered(text);
  if (word == "on") return true;
  if (word == "off") return false;
  return std::nullopt;
}

std::optional<milliseconds> parse_setting(const TimeSetting& setting, std::string_view text) {
  return within(parse_time(text), setting.least, setting.most);
}

std::optional<std::uint32_t> parse_setting(const NumberSetting& setting, std::string_view text) {
  if (setting.unit == SettingUnit::count) return within(parse_count(text, setting.most), setting.least, setting.most);
  const auto bytes = within<std::uint64_t>(parse_size(text), setting.least, setting.most);
  return bytes ? std::optional(static_cast<std::uint32_t>(*bytes)) : std::nullopt;
}

std::string expected_setting(const OnOffSetting&, std::string_view) {
  return "On or Off";
}

std::string expected_setting(const TimeSetting& setting, std::string_view text) {
  return expected_time(text, setting.least, setting.most);
}

std::string expected_setting(const NumberSetting& setting, std::string_view) {
  if (setting.unit == SettingUnit::count)
    return "a whole number between 0 (no limit) and " + std::to_string(setting.most);
  return "a size between " + std::to_string(setting.least >> 10) + "K and " + std::to_string(setting.most >> 20) +
         "M, a whole number of bytes or with K, M or G after it, such as 65536, 64K or 1M";
}

} // namespace rtmpt_proxy::policy
