// Limits how often one kind of line is logged, for lines that strangers can cause.
#pragma once

#include "gateway/base/time_point.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace rtmpt_proxy::gateway {

// Allows the first lines of each kPeriod. Used by one thread.
class LogLimit {
 public:
  static constexpr std::uint64_t kLines = 5;
  static constexpr std::chrono::seconds kPeriod{10};

  explicit LogLimit(std::uint64_t lines = kLines) : most_lines_(lines) {}

  // Unset when no line may be written at `now`. Else: how many lines were left out since the last allowed one.
  std::optional<std::uint64_t> admit(TimePoint now) {
    if (now - began_ >= kPeriod) {
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

  // The end of a line that says how many lines like it were left out before it.
  static std::string words(std::uint64_t left_out) {
    return left_out == 0 ? std::string() : " (" + std::to_string(left_out) + " more like it since the last line)";
  }

 private:
  const std::uint64_t most_lines_; // in a kPeriod
  TimePoint began_{};
  std::uint64_t lines_ = 0;
  std::uint64_t left_out_ = 0;
};

} // namespace rtmpt_proxy::gateway
