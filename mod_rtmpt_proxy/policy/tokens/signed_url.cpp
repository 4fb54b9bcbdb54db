// SPDX-License-Identifier: Apache-2.0
#include "policy/routing/ask_text.hpp"

#include <rtmpt_proxy/policy/tokens/signed_url.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::policy {

namespace {

StreamUrl bad_url(std::string error) {
  StreamUrl url;
  url.error = std::move(error);
  return url;
}

// "live.example.com" of "user:password@live.example.com:1935"; "::1" of "[::1]:80".
std::string_view host_of(std::string_view authority) {
  const std::size_t user = authority.rfind('@');
  if (user != std::string_view::npos) authority.remove_prefix(user + 1);
  if (authority.starts_with('[')) return authority.substr(1, std::min(authority.find(']'), authority.size()) - 1);
  return authority.substr(0, authority.find(':'));
}

bool has_token_field(std::string_view query) {
  constexpr std::array<std::string_view, 2> kFields{"token=", "expires="};
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    if (std::any_of(kFields.begin(), kFields.end(), [field](auto name) { return field.starts_with(name); }))
      return true;
  }
  return false;
}

std::string fault_of_path(std::string_view path, std::string_view query) {
  const bool is_folder = path.ends_with('/'); // a token for all of it
  std::string_view inner = path.substr(0, path.size() - (is_folder ? 1 : 0));
  if (inner.starts_with('/')) inner.remove_prefix(1);
  if (inner.empty() || has_odd_segment(inner) || !is_plain_path(inner))
    return "expected an application and a name of letters, digits and -._~@+!$()*; behind the host";
  if (!is_plain_query(query)) return "expected a query without '/', '#', vhost and domain";
  return has_token_field(query) ? "expected a query without token= and expires=" : std::string();
}

} // namespace

StreamUrl parse_stream_url(std::string_view text) {
  constexpr std::array<std::string_view, 6> kSchemes{"rtmp", "rtmps", "rtmpt", "rtmpts", "http", "https"};
  const std::size_t colon = text.find("://");
  const std::string_view scheme = text.substr(0, std::min(colon, text.size()));
  if (colon == std::string_view::npos || std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end())
    return bad_url("expected rtmp://, rtmps://, rtmpt://, rtmpts://, http:// or https://");
  const std::size_t begin = colon + 3;
  const std::size_t slash = std::min(text.find('/', begin), text.size());
  const std::size_t question = std::min(text.find('?', slash), text.size());
  StreamUrl url;
  url.host = host_of(text.substr(begin, slash - begin));
  if (url.host.empty() || has_control(url.host)) return bad_url("expected a host");
  url.is_view = scheme.starts_with("http");
  url.path = text.substr(slash, question - slash);
  if (url.is_view) url.path = path_of_view(url.path);
  const std::string_view query = text.substr(std::min(question + 1, text.size()));
  if (std::string fault = fault_of_path(url.path, query); !fault.empty()) return bad_url(std::move(fault));
  const std::size_t name = text.rfind('/', question - 1);
  url.before_name = text.substr(0, name);
  url.name = text.substr(name + 1);
  return url;
}

std::string signed_name(const StreamUrl& url, const TokenKey& key, const SigningOrder& order,
                        protocol::KeyedDigestFunction digest) {
  const std::string token = signed_query(key, {order.method, url.host, url.path, order.expires, order.address}, digest);
  const char between = url.name.find('?') == std::string::npos ? '?' : '&';
  return url.name + (url.name.ends_with('?') ? std::string() : std::string(1, between)) + token;
}

} // namespace rtmpt_proxy::policy
