// SPDX-License-Identifier: Apache-2.0
// Whether a backend is this httpd itself: its streams would come back to it.
#pragma once

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

// Where this httpd can be reached.
struct OwnAddresses {
  std::vector<protocol::Endpoint> listeners;   // one for each Listen; 0.0.0.0 and :: stand for all of the machine
  std::vector<protocol::IpAddress> of_machine; // of its network interfaces
  std::vector<std::string> names;              // ServerName of each virtual host
};

// Whether it is an address of 127.0.0.0/8, or ::1.
bool is_loopback(const protocol::IpAddress& address);

// True when this httpd listens at `host` and `port`. `host` is an IP address, "localhost" or a name. No name server is
// asked: a name is this httpd's when a virtual host has it, in any case of letters, and httpd listens at the port.
bool is_own_address(const std::string& host, std::uint16_t port, const OwnAddresses& own);

} // namespace rtmpt_proxy::policy
