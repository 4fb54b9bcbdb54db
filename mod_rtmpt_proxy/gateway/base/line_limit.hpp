// SPDX-License-Identifier: Apache-2.0
// How often the gateway logs one kind of line that clients, backends or processes of httpd can cause at any rate.
#pragma once

#include <rtmpt_proxy/policy/logs/log_limiter.hpp>

#include <chrono>
#include <cstdint>

namespace rtmpt_proxy::gateway {

inline constexpr std::chrono::seconds kLinesPeriod{10};
inline constexpr std::uint64_t kLinesInPeriod = 5;

inline policy::LogLimiter line_limit(std::uint64_t lines = kLinesInPeriod) {
  return policy::LogLimiter(kLinesPeriod, lines);
}

} // namespace rtmpt_proxy::gateway
