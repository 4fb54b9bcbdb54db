// SPDX-License-Identifier: Apache-2.0
#include "policy/text/header_text.hpp"
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/restore/forwarded_host.hpp>
#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::size_t kMaxNameBytes = 253; // RFC 1035, without the root's dot
constexpr std::size_t kMaxLabelBytes = 63;

bool is_label(std::string_view label) {
  const auto is_good = [](char c) { return c != '.' && is_name_character(c); };
  return !label.empty() && label.size() <= kMaxLabelBytes && std::all_of(label.begin(), label.end(), is_good);
}

bool is_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1); // a fully qualified name
  if (name.size() > kMaxNameBytes) return false;
  for (;;) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == name.size()) return true;
    name.remove_prefix(dot + 1);
    if (name.find('.') == std::string_view::npos && !name.empty() && is_digit(name.front())) return false;
  }
}

bool is_host(std::string_view host) {
  return looks_like_ipv4(host) ? protocol::parse_ip_address(host).has_value() : is_name(host);
}

std::optional<std::uint16_t> parse_given_port(std::string_view text) {
  const std::optional<std::uint16_t> port = protocol::parse_port(text);
  return port && *port != 0 ? port : std::nullopt;
}

} // namespace

std::optional<std::string_view> forwarded_host(std::string_view value) {
  const std::string_view authority = last_entry(value);
  std::string_view after;
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    const std::string_view address = authority.substr(1, bracket - 1);
    if (address.find(':') == std::string_view::npos || !protocol::parse_ip_address(address)) return std::nullopt;
    after = authority.substr(bracket + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    if (!is_host(authority.substr(0, colon))) return std::nullopt;
    after = authority.substr(colon);
  }
  if (after.empty()) return authority;
  if (after.front() != ':' || !parse_given_port(after.substr(1))) return std::nullopt;
  return authority;
}

std::optional<bool> forwarded_https(std::string_view value) {
  const std::string_view word = last_entry(value);
  const auto is_word = [word](std::string_view known) { return equal_in_any_case(word, known); };
  constexpr std::string_view kYes[] = {"on", "1", "true", "yes", "https"};
  constexpr std::string_view kNo[] = {"off", "0", "false", "no", "http"};
  if (std::any_of(std::begin(kYes), std::end(kYes), is_word)) return true;
  if (std::any_of(std::begin(kNo), std::end(kNo), is_word)) return false;
  return std::nullopt;
}

std::optional<std::uint16_t> forwarded_port(std::string_view value) {
  return parse_given_port(last_entry(value));
}

} // namespace rtmpt_proxy::policy
