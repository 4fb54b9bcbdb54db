// SPDX-License-Identifier: Apache-2.0
// Which pages may show a hub's streams: the Origin of a request (RFC 6454), and RTMPTAllowOrigin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

// What RTMPTAllowOrigin stands for: "*", or origins in small letters, "https://www.example.com:8443".
using AllowedOrigins = std::vector<std::string>;

struct OriginResult {
  std::string origin; // in small letters, without the port that the scheme has by default
  std::string error;  // empty when `origin` is good; else what was expected, quoting the text it got
};

// Accepts "*" and http://host[:port], https://host[:port], with nothing behind them but one '/'.
OriginResult parse_allowed_origin(std::string_view text);

// What follows from the Origin of a request.
struct OriginVerdict {
  bool is_allowed = false;
  std::string allow_origin;        // of Access-Control-Allow-Origin; empty: no such header
  bool allows_credentials = false; // cookies and passwords may go along
  bool operator==(const OriginVerdict&) const = default;
};

// `origin` is the header's value; empty: none was sent, as by programs that are no browsers. A page of the same host is
// always allowed: `host` is the request's Host header, `is_https` whether the request came over TLS.
OriginVerdict judge_origin(std::string_view origin, std::string_view host, bool is_https,
                           const AllowedOrigins& allowed);

} // namespace rtmpt_proxy::policy
