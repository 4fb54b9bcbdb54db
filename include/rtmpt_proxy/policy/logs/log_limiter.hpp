// Limits lines that would come by the thousand when something is wrong: one from time to time, with the number of lines
// left out.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
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

  // At most one line in `interval`.
  explicit LogLimiter(std::chrono::milliseconds interval = std::chrono::seconds{5}) : interval_(interval) {}
  LogLimiter(const LogLimiter&) = delete;
  LogLimiter& operator=(const LogLimiter&) = delete;

  // Set when a line may be written now: how many were left out since the last one. Unset when this line must be left
  // out; it is counted.
  std::optional<std::uint64_t> admit(TimePoint now);

 private:
  const std::chrono::milliseconds interval_;
  std::mutex mutex_; // guards what follows
  std::optional<TimePoint> last_;
  std::uint64_t left_out_ = 0;
};

// The same for lines about several things, for example backends. Each has its own line in the interval.
class NamedLogLimiters {
 public:
  // More names than this share one limit.
  static constexpr std::size_t kMostNames = 256;

  std::optional<std::uint64_t> admit(std::string_view name, LogLimiter::TimePoint now);

 private:
  LogLimiter& of(std::string_view name);

  std::mutex mutex_; // guards the map, not what is in it
  std::map<std::string, LogLimiter, std::less<>> limiters_;
  LogLimiter others_;
};

// For the end of a line: empty for 0, else " (312 more such lines were left out)".
std::string words_for_left_out(std::uint64_t count);

} // namespace rtmpt_proxy::policy
