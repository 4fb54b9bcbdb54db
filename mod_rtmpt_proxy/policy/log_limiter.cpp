#include <rtmpt_proxy/policy/log_limiter.hpp>

#include <utility>

namespace rtmpt_proxy::policy {

std::optional<std::uint64_t> LogLimiter::admit(TimePoint now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (last_ && now - *last_ < interval_) {
    ++left_out_;
    return std::nullopt;
  }
  last_ = now;
  return std::exchange(left_out_, 0);
}

std::string words_for_left_out(std::uint64_t count) {
  if (count == 0) return {};
  return " (" + std::to_string(count) +
         (count == 1 ? " more such line was left out)" : " more such lines were left out)");
}

} // namespace rtmpt_proxy::policy
