// SPDX-License-Identifier: Apache-2.0
// TCP ports that nobody uses.
#pragma once

#include <cstdint>

namespace rtmpt_proxy::test {

// A port that was free a moment ago on 127.0.0.1 and ::1. It lies below the range from which the kernel takes the ports
// of outgoing connections: one of those could otherwise get it before the server that it is meant for binds it.
// Throws std::runtime_error when there is none.
std::uint16_t free_port();

} // namespace rtmpt_proxy::test
