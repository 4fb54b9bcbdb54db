// SPDX-License-Identifier: Apache-2.0
// The likely cause of a failure before the first request, and what to do.
#pragma once

#include "probe/step.hpp"

#include <cstdint>

namespace rtmpt_proxy::probe {

enum class WayFault : std::uint8_t {
  no_such_name,    // of the host
  no_name_server,  // or it does not answer in time
  refused,         // nobody listens
  no_answer,       // to the connection, in time
  unreachable,     // any other error of the system
  no_tls,          // the other side does not speak TLS, or no version in common
  expired,         // the certificate's time is over
  not_yet_valid,   // or has not begun
  other_name,      // it is for another host
  unknown_issuer,  // nobody in the system's store vouches for it
  bad_certificate, // any other fault of it
};

Advice advice_for_way(WayFault fault);

} // namespace rtmpt_proxy::probe
