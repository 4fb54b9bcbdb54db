// SPDX-License-Identifier: Apache-2.0
// The values of directives, from what an administrator wrote.
#pragma once

#include <rtmpt_proxy/policy/settings/setting_table.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// A time as httpd writes it: at most nine digits, then ms, s, mi, min, h or nothing, which means seconds.
std::optional<std::chrono::milliseconds> parse_time(std::string_view text);

// A whole number of bytes, with K, M or G after it or nothing.
std::optional<std::uint64_t> parse_size(std::string_view text);

// A whole number from 0 to `maximum`, of digits alone.
std::optional<std::uint32_t> parse_count(std::string_view text, std::uint32_t maximum);

// The value of RTMPTGopCache: "Off", in any case of letters, which is 0, or a size between kMinGopCacheBytes and
// kMaxGopCacheBytes.
std::optional<std::uint32_t> parse_gop_cache(std::string_view text);

// The value of a setting; empty when `text` is none, or is out of the setting's range.
std::optional<bool> parse_setting(const OnOffSetting& setting, std::string_view text);
std::optional<std::chrono::milliseconds> parse_setting(const TimeSetting& setting, std::string_view text);
std::optional<std::uint32_t> parse_setting(const NumberSetting& setting, std::string_view text);

// What was expected in the place of `text`, from which parse_setting() made nothing: "a time between 0 and 30s, ...".
std::string expected_setting(const OnOffSetting& setting, std::string_view text);
std::string expected_setting(const TimeSetting& setting, std::string_view text);
std::string expected_setting(const NumberSetting& setting, std::string_view text);

} // namespace rtmpt_proxy::policy
