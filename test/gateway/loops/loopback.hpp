// SPDX-License-Identifier: Apache-2.0
// TCP over 127.0.0.1 in a few words. All throw std::runtime_error when the system refuses.
#pragma once

#include "local/descriptor.hpp"

#include <cstdint>

namespace rtmpt_proxy::test {

// A listening socket on a free port, which `port` is told.
local::Descriptor listen_on_loopback(std::uint16_t& port);

// Both ends of one TCP connection.
local::SocketPair tcp_pair();

} // namespace rtmpt_proxy::test
