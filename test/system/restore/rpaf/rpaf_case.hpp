// SPDX-License-Identifier: Apache-2.0
// One row of the table: what a proxy sends, and whose request httpd must take it for.
#pragma once

#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// The proxies of the table's httpd (see rpaf_site.hpp): 127.0.0.1, 127.0.0.2, ::1, 10.0.0.0/8 and 2001:db8:10::/48.
struct RpafCase {
  std::string reason{};
  std::string headers{};          // one a line, without the last line's end
  std::string client{};           // whom httpd must see; empty: the peer
  std::string host = "plain";     // what stands in Host
  std::string from = "127.0.0.1"; // the peer; "mapped": 127.0.0.1 on a socket of IPv6
  std::string site{};             // the virtual host that must serve it; empty: `host`
  std::string name{};             // SERVER_NAME; empty: `host`
  bool https = false;
  int port = 80; // SERVER_PORT
  int status = 200;
};

std::vector<RpafCase> x_forwarded_for_cases();
std::vector<RpafCase> other_header_cases(); // X-Real-IP and Forwarded
std::vector<RpafCase> trust_cases();        // who is believed, and where
std::vector<RpafCase> host_cases();
std::vector<RpafCase> https_and_port_cases();

// All of them.
std::vector<RpafCase> rpaf_cases();

} // namespace rtmpt_proxy::test
