// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/log_limiter.hpp>

#include <utility>

namespace rtmpt_proxy::policy {

std::optional<std::uint64_t> LogLimiter::admit(TimePoint now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!began_ || now - *began_ >= interval_) {
    began_ = now;
    lines_ = 0;
  }
  if (lines_ == most_lines_) {
    ++left_out_;
    return std::nullopt;
  }
  ++lines_;
  return std::exchange(left_out_, 0);
}

std::optional<std::uint64_t> NamedLogLimiters::admit(std::string_view name, LogLimiter::TimePoint now) {
  return of(name).admit(now);
}

// No limiter ever leaves the map.
LogLimiter& NamedLogLimiters::of(std::string_view name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = limiters_.find(name);
  if (found != limiters_.end()) return found->second;
  return limiters_.size() < kMostNames
             ? limiters_.try_emplace(std::string(name), LogLimiter::kInterval, most_lines_).first->second
             : others_;
}

SpreadLogLimiters::SpreadLogLimiters(std::uint64_t most_lines) {
  for (std::size_t i = 0; i < kLimits; ++i)
    limiters_.emplace_back(LogLimiter::kInterval, most_lines);
}

std::optional<std::uint64_t> SpreadLogLimiters::admit(std::string_view name, LogLimiter::TimePoint now) {
  return limiters_[std::hash<std::string_view>{}(name) % kLimits].admit(now);
}

std::string words_for_left_out(std::uint64_t count) {
  if (count == 0) return {};
  return " (" + std::to_string(count) +
         (count == 1 ? " more such line was left out)" : " more such lines were left out)");
}

} // namespace rtmpt_proxy::policy
