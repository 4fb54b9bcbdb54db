// SPDX-License-Identifier: Apache-2.0
// Looks up the name of a host, within a time.
#pragma once

#include "local/gateway_channel.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace rtmpt_proxy::control {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t bytes = 0;
};

struct NameLookup {
  std::vector<SocketAddress> addresses; // in the order in which they should be tried
  std::string error;                    // the system's words; empty when there are addresses
  bool is_name_unknown = false;         // the error is the name's: asking again does not help
};

// `host` is a name or an address without brackets. The system's resolver knows no time-out of its own that an
// administrator could set here, so it runs in a thread that is left alone when `deadline` has passed.
NameLookup look_up(const std::string& host, std::uint16_t port, local::Deadline deadline);

// "192.0.2.1:80", "[2001:db8::1]:443".
std::string to_text(const SocketAddress& address);

} // namespace rtmpt_proxy::control
