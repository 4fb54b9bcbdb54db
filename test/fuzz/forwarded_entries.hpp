// SPDX-License-Identifier: Apache-2.0
// Header lines and trusted proxies for the fuzzers of client addresses.
#pragma once

#include <rtmpt_proxy/policy/restore/forwarded_walk.hpp>

#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

// The lines of `text`, cut at LF: what httpd would have kept apart.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

inline protocol::IpAddress trusted_peer() {
  return *protocol::parse_ip_address("127.0.0.1");
}

// The peer, 10.0.0.0/8 and 2001:db8::/32.
inline policy::TrustedProxies trusted_proxies() {
  policy::TrustedProxies trusted;
  for (const char* const text : {"127.0.0.1", "10.0.0.0/8", "2001:db8::/32"})
    trusted.add(policy::parse_ip_network(text).network);
  return trusted;
}

} // namespace rtmpt_proxy::test
