// SPDX-License-Identifier: Apache-2.0
#include "policy/logs/log_time.hpp"

#include <ctime>
#include <iterator>

#include <fmt/chrono.h>

namespace rtmpt_proxy::policy {

namespace {

// The calendar and the clock at `utc_offset`. fmt takes names and numbers from it, and asks the process for nothing.
std::tm local_time(std::chrono::system_clock::time_point time, std::chrono::seconds utc_offset) {
  std::tm local = fmt::gmtime(time + utc_offset);
  local.tm_gmtoff = utc_offset.count();
  return local;
}

bool is_allowed(char conversion) {
  return kLogTimeConversions.find(conversion) != std::string_view::npos;
}

} // namespace

std::string_view bad_log_time_conversion(std::string_view pattern) {
  for (std::size_t at = pattern.find('%'); at != std::string_view::npos; at = pattern.find('%', at + 2)) {
    const std::string_view conversion = pattern.substr(at, 2);
    if (conversion.size() < 2 || !is_allowed(conversion[1])) return conversion;
  }
  return {};
}

std::string format_log_time(std::string_view pattern, std::chrono::system_clock::time_point time,
                            std::chrono::seconds utc_offset) {
  const std::tm local = local_time(time, utc_offset);
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      text += pattern[i];
    } else if (++i < pattern.size() && is_allowed(pattern[i])) {
      // fmt's %Z is the name of the process' own time zone.
      const char conversion = pattern[i] == 'Z' ? 'z' : pattern[i];
      const std::string format = {'{', ':', '%', conversion, '}'};
      fmt::format_to(std::back_inserter(text), fmt::runtime(format), local);
    }
  }
  return text;
}

} // namespace rtmpt_proxy::policy
