// SPDX-License-Identifier: Apache-2.0
// Limits lines that would come by the thousand when something is wrong: one from time to time, with the number of lines
// left out.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// For one kind of line. Every thread may ask at any time; nothing here waits.
class LogLimiter {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kInterval{5000};

  // Allows `most_lines` lines in an interval, which begins with its first line.
  explicit LogLimiter(std::chrono::milliseconds interval = kInterval, std::uint64_t most_lines = 1)
      : interval_(interval), most_lines_(most_lines) {}
  LogLimiter(const LogLimiter&) = delete;
  LogLimiter& operator=(const LogLimiter&) = delete;

  // Set when a line may be written now: how many were left out since the last one. Unset when this line must be left
  // out; it is counted.
  std::optional<std::uint64_t> admit(TimePoint now);

 private:
  const std::chrono::milliseconds interval_;
  const std::uint64_t most_lines_;
  std::mutex mutex_; // guards what follows
  std::optional<TimePoint> began_;
  std::uint64_t lines_ = 0; // in this interval
  std::uint64_t left_out_ = 0;
};

// The same for lines about several things, for example backends: each thing has an interval of its own.
class NamedLogLimiters {
 public:
  // More names than this share one limit.
  static constexpr std::size_t kMostNames = 256;

  explicit NamedLogLimiters(std::uint64_t most_lines = 1) : most_lines_(most_lines) {}

  std::optional<std::uint64_t> admit(std::string_view name, LogLimiter::TimePoint now);

 private:
  LogLimiter& of(std::string_view name);

  const std::uint64_t most_lines_;
  std::mutex mutex_; // guards the map, not what is in it
  std::map<std::string, LogLimiter, std::less<>> limiters_;
  LogLimiter others_{LogLimiter::kInterval, most_lines_};
};

// The same for lines about clients, of which there may be any number: their names are spread over a fixed number of
// limits, so that a client shares its limit with few others.
class SpreadLogLimiters {
 public:
  static constexpr std::size_t kLimits = 256;

  // Each limit allows `most_lines` lines in LogLimiter::kInterval.
  explicit SpreadLogLimiters(std::uint64_t most_lines = 1);

  std::optional<std::uint64_t> admit(std::string_view name, LogLimiter::TimePoint now);

 private:
  std::deque<LogLimiter> limiters_; // their number never changes
};

// For the end of a line: empty for 0, else " (312 more such lines were left out)".
std::string words_for_left_out(std::uint64_t count);

} // namespace rtmpt_proxy::policy
