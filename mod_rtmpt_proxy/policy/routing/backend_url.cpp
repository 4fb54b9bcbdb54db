// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/routing/backend_url.hpp>
#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::size_t kMaxHostBytes = 253; // RFC 1035, without the root's dot
constexpr std::size_t kMaxLabelBytes = 63;

bool is_address(int family, const std::string& host) {
  in6_addr address{}; // large enough for both families
  return host.find('\0') == std::string::npos && inet_pton(family, host.c_str(), &address) == 1;
}

BackendUrlResult failure(std::string_view text, std::string_view expected) {
  BackendUrlResult result;
  result.error = quoted_url(text) + " is no backend URL: expected ";
  result.error += expected;
  return result;
}

bool labels_are_good(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1); // a fully qualified name
  for (;;) {
    const std::size_t dot = host.find('.');
    const std::size_t label_bytes = std::min(dot, host.size());
    if (label_bytes == 0 || label_bytes > kMaxLabelBytes) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

// Text of digits and dots alone can only mean an IPv4 address; resolvers read "10.1" or "256.0.0.1" in surprising ways.
bool is_good_name(const std::string& host) {
  if (host.size() > kMaxHostBytes || !std::all_of(host.begin(), host.end(), is_name_character)) return false;
  return looks_like_ipv4(host) ? is_address(AF_INET, host) : labels_are_good(host);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port); // unsigned: takes no sign, no blank
  if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

struct Authority {
  std::string_view host; // with its brackets cut off
  std::string_view after_host;
  bool bracketed = false;
};

std::optional<Authority> split(std::string_view authority) {
  if (!authority.starts_with('[')) {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    return Authority{authority.substr(0, colon), authority.substr(colon), false};
  }
  const std::size_t bracket = authority.find(']');
  if (bracket == std::string_view::npos) return std::nullopt;
  return Authority{authority.substr(1, bracket - 1), authority.substr(bracket + 1), true};
}

// The scheme in front of "://", in any case.
std::optional<BackendScheme> scheme_in(std::string_view text) {
  const std::size_t end = text.find("://");
  return end == std::string_view::npos ? std::nullopt : find_backend_scheme(lowered(text.substr(0, end)));
}

} // namespace

std::string_view to_string(BackendScheme scheme) {
  switch (scheme) {
  case BackendScheme::rtmp: break;
  case BackendScheme::rtmpt: return "rtmpt";
  case BackendScheme::rtmps: return "rtmps";
  }
  return "rtmp";
}

protocol::BackendKind kind_of(BackendScheme scheme) {
  switch (scheme) {
  case BackendScheme::rtmp: break;
  case BackendScheme::rtmpt: return protocol::BackendKind::rtmpt;
  case BackendScheme::rtmps: return protocol::BackendKind::rtmps;
  }
  return protocol::BackendKind::rtmp;
}

BackendScheme scheme_of(protocol::BackendKind kind) {
  switch (kind) {
  case protocol::BackendKind::hub:
  case protocol::BackendKind::rtmp: break;
  case protocol::BackendKind::rtmpt: return BackendScheme::rtmpt;
  case protocol::BackendKind::rtmps: return BackendScheme::rtmps;
  }
  return BackendScheme::rtmp;
}

std::optional<BackendScheme> find_backend_scheme(std::string_view name) {
  for (const BackendScheme scheme : {BackendScheme::rtmp, BackendScheme::rtmpt, BackendScheme::rtmps})
    if (name == to_string(scheme)) return scheme;
  return std::nullopt;
}

std::string to_string(const BackendUrl& url) {
  const bool ipv6 = url.host.find(':') != std::string::npos;
  std::string text(to_string(url.scheme));
  text += "://";
  text += ipv6 ? "[" + url.host + "]" : url.host;
  if (url.port_given) text += ":" + std::to_string(url.port);
  return text;
}

BackendUrlResult parse_backend_url(std::string_view text) {
  constexpr std::string_view kShape =
      "rtmp://host[:port], rtmps://host[:port] or rtmpt://host[:port], with an IPv6 address in brackets";
  const std::optional<BackendScheme> scheme = scheme_in(text);
  if (!scheme) return failure(text, expected_instead_of_url(text));
  const std::string start = std::string(to_string(*scheme)) + "://";
  std::string_view authority = text.substr(start.size());
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (authority.find_first_of("/?#@") != std::string_view::npos) {
    return failure(text, "nothing but " + start + "host[:port], without user, path, query and fragment");
  }
  if (authority.ends_with(',') || authority.ends_with(';'))
    return failure(text, "no '" + std::string(1, authority.back()) + "' at its end");
  if (!authority.starts_with('[') && authority.find("::") != std::string_view::npos)
    return failure(text, "an IPv6 address in brackets, such as " + start + "[::1] or " + start + "[::1]:1935");
  const std::optional<Authority> parts = split(authority);
  if (!parts) return failure(text, kShape);

  BackendUrlResult result;
  result.url.scheme = *scheme;
  result.url.host = lowered(parts->host);
  result.url.port = default_port(*scheme);
  if (parts->bracketed && !is_address(AF_INET6, result.url.host)) {
    return failure(text, "an IPv6 address between the brackets");
  }
  if (!parts->bracketed && !is_good_name(result.url.host)) {
    return failure(text, "a DNS name, an IPv4 address or an IPv6 address in brackets after " + start);
  }
  if (parts->after_host.empty()) return result;
  const std::optional<std::uint16_t> port =
      parts->after_host.starts_with(':') ? parse_port(parts->after_host.substr(1)) : std::nullopt;
  if (!port) return failure(text, "a port of 1 to 65535 after the host");
  result.url.port = *port;
  result.url.port_given = true;
  return result;
}

} // namespace rtmpt_proxy::policy
