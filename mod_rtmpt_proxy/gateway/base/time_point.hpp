// The points of time that the parts without a clock are given.
#pragma once

#include <chrono>

namespace rtmpt_proxy::gateway {

using TimePoint = std::chrono::steady_clock::time_point;

} // namespace rtmpt_proxy::gateway
