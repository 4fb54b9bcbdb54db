// SPDX-License-Identifier: Apache-2.0
// Headers of the PROXY protocol for the tests' tables.
#pragma once

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

// A connection from "192.0.2.1", 4711 to "198.51.100.2", 80, say; both addresses must be good.
protocol::ProxiedConnection proxied(const std::string& source, std::uint16_t source_port,
                                    const std::string& destination, std::uint16_t destination_port);

// A v2 header with its length set to the size of `block`; `version_command` and `family` are bytes 12 and 13.
std::string proxy_v2(int version_command, int family, std::string_view block);

// The address blocks of 192.0.2.1:4711 to 198.51.100.2:80 and of [2001:db8::1]:4711 to [2001:db8::2]:80.
std::string ipv4_block();
std::string ipv6_block();

struct GoodProxyHeader {
  std::string bytes;
  protocol::ProxyHeader header;
  std::string reason;
};

struct BadProxyHeader {
  std::string bytes; // up to the byte that shows the error
  protocol::ProxyHeaderError error;
  std::string reason;
};

std::vector<GoodProxyHeader> good_proxy_headers();
std::vector<BadProxyHeader> bad_proxy_headers();

} // namespace rtmpt_proxy::test
