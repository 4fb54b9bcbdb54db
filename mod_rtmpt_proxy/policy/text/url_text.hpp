// SPDX-License-Identifier: Apache-2.0
// Functions for URLs that the parsers of policy/ share.
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// The lower-case letter of an ASCII letter. Unlike tolower() it does not depend on the locale.
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text);

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Whether host and balancer names may contain it: letters, digits, '-', '_', '.'.
constexpr bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

// Whether `text` has only digits and dots. Then it can only be an IPv4 address.
bool looks_like_ipv4(std::string_view text);

// `text` in quotation marks for a message: shortened, printable, and without what may be a secret (a stream key stands
// in a path or query, a password in front of '@').
std::string quoted_url(std::string_view text);

// Any other text of a configuration in quotation marks: shortened and printable.
std::string quoted(std::string_view text);

} // namespace rtmpt_proxy::policy
