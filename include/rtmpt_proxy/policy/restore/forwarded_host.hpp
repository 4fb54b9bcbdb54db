// SPDX-License-Identifier: Apache-2.0
// Reads what a trusted proxy says about the request besides the client's address: host, scheme and port. Each function
// takes the value of one header and reads its right-most entry, which the nearest proxy wrote. It returns nothing when
// it does not understand the entry: then the request keeps its own value, and no other header is tried.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::policy {

// X-Forwarded-Host and X-Host: "name", "name:8080", "192.0.2.1:80", "[2001:db8::1]:443": as it was written, port and
// brackets included, which is what the Host header becomes. The result points into `value`.
//
// A name has letters, digits, '-' and '_', in labels of 1 to 63 between single dots, 253 characters in all, and may end
// with one dot; its last label does not begin with a digit (RFC 1123 2.1; httpd checks Host no less strictly and takes
// no percent-encoding either). Digits and dots alone are an IPv4 address or nothing (RFC 3986 7.4). The port is 1 to
// 65535 without leading zeros; a colon without one is an error.
std::optional<std::string_view> forwarded_host(std::string_view value);

// X-Forwarded-HTTPS, X-HTTPS and X-Forwarded-Proto, in any case: true for on, 1, true, yes and https; false for off, 0,
// false, no and http.
std::optional<bool> forwarded_https(std::string_view value);

// X-Forwarded-Port and X-Port: 1 to 65535 without leading zeros.
std::optional<std::uint16_t> forwarded_port(std::string_view value);

} // namespace rtmpt_proxy::policy
