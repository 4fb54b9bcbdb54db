// SPDX-License-Identifier: Apache-2.0
// Whether a virtual host can take a new stream, for load balancers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class HealthFault : std::uint8_t {
  none,
  no_streams, // the virtual host carries none
  gateway,    // it does not answer
  backends,   // none of the media servers takes a new session
};

struct HealthFacts {
  bool has_streams = false;
  std::string
      gateway_problem;      // "rtmpt-gateway does not answer", "rtmpt-gateway: <why it has not started>"; empty: none
  std::size_t backends = 0; // media servers of the virtual host
  // Those that would be given a new session. Unset: the gateway did not say.
  std::optional<std::uint64_t> usable;
};

struct Health {
  HealthFault fault = HealthFault::none;
  std::string reason; // a few words without addresses; empty without a fault
};

Health health_of(const HealthFacts& facts);

// The number of usable backends in rtmpt-gateway's summary (StatusForm::summary); unset when there is none.
std::optional<std::uint64_t> usable_backends_in(std::string_view summary);

} // namespace rtmpt_proxy::policy
