// SPDX-License-Identifier: Apache-2.0
// Writes times for logs, in English and independent of the process' locale and time zone.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// The conversions of strftime(3) that a log may use.
inline constexpr std::string_view kLogTimeConversions = "aAbBdDeFHIjmMpRSTuyYzZ%";

// The first conversion in `pattern` that is not allowed ("%Q", or "%" at the end); empty when all are good.
std::string_view bad_log_time_conversion(std::string_view pattern);

// `time` where clocks are `utc_offset` ahead of UTC (less than a day, whole minutes). Of a pattern with bad conversions
// these are left out. %Z is the offset, as %z: "+0900".
std::string format_log_time(std::string_view pattern, std::chrono::system_clock::time_point time,
                            std::chrono::seconds utc_offset);

} // namespace rtmpt_proxy::policy
