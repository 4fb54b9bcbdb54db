// SPDX-License-Identifier: Apache-2.0
// How long a client may take to send one request on a connection that the gateway reads.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rtmpt_proxy::policy {

// Like httpd's RequestReadTimeout: the time for a request, which grows while its bytes keep coming at this rate.
inline constexpr std::chrono::seconds kRequestTime{20};
inline constexpr std::uint64_t kLeastRequestBytesPerSecond = 500;
// The longest time, however fast the bytes come: no stream has a request that takes longer.
inline constexpr std::chrono::seconds kMostRequestTime{300};

// The time, from its first byte on, for a request of which `received_bytes` have come. The time that its body had to
// wait for the media server does not count.
constexpr std::chrono::seconds request_time(std::uint64_t received_bytes) {
  const std::uint64_t earned_seconds = received_bytes / kLeastRequestBytesPerSecond;
  const auto most_earned = static_cast<std::uint64_t>((kMostRequestTime - kRequestTime).count());
  return kRequestTime + std::chrono::seconds(std::min(earned_seconds, most_earned));
}

} // namespace rtmpt_proxy::policy
