// SPDX-License-Identifier: Apache-2.0
// The type of the times that are passed to parts without a clock of their own.
#pragma once

#include <chrono>

namespace rtmpt_proxy::gateway {

using TimePoint = std::chrono::steady_clock::time_point;

} // namespace rtmpt_proxy::gateway
