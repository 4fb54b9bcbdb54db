// SPDX-License-Identifier: Apache-2.0
#include "probe/probe_url.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <algorithm>
#include <optional>

namespace rtmpt_proxy::probe {

namespace {

constexpr std::string_view kPlain = "rtmpt://";
constexpr std::string_view kTls = "rtmpts://";
constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kTlsPort = 443;
constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::size_t kMaxHostBytes = 253;
constexpr std::string_view kHostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

constexpr const char* kExpected = "expected rtmpt://host[:port]/app or rtmpts://host[:port]/app";

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

bool is_graphic(char c) {
  return c > ' ' && c != '\x7f';
}

// Takes "host[:port]" or "[address][:port]".
bool take_authority(std::string_view text, ProbeUrl& url) {
  std::size_t end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    url.host = lower_case(text.substr(1, bracket - 1));
    const auto address = protocol::parse_ip_address(url.host);
    if (!address || url.host.find(':') == std::string::npos) return false;
    end = bracket + 1;
  } else {
    url.host = lower_case(text.substr(0, end));
    if (url.host.empty() || url.host.size() > kMaxHostBytes) return false;
    if (url.host.find_first_not_of(kHostCharacters) != std::string::npos) return false;
  }
  const std::string_view rest = end < text.size() ? text.substr(end) : std::string_view();
  if (rest.empty()) return true;
  const std::optional<std::uint16_t> port = rest.front() == ':' ? protocol::parse_port(rest.substr(1)) : std::nullopt;
  url.port = port.value_or(0);
  return url.port != 0;
}

// The application of a path without its first slash. A query after a stream's name belongs to the stream.
std::string app_of(std::string_view path) {
  const std::size_t query = path.find('?');
  const std::string_view names = path.substr(0, query);
  const std::size_t first = names.find('/');
  if (first == std::string_view::npos) return std::string(path);
  const std::size_t second = names.find('/', first + 1);
  return std::string(names.substr(0, second == std::string_view::npos ? first : second));
}

std::string url_with(const ProbeUrl& url, std::string_view app) {
  std::string text(url.tls ? kTls : kPlain);
  text += authority(url);
  return app.empty() ? text : text.append("/").append(app);
}

} // namespace

std::string authority(const ProbeUrl& url) {
  const bool is_v6 = url.host.find(':') != std::string::npos;
  return (is_v6 ? '[' + url.host + ']' : url.host) + ':' + std::to_string(url.port);
}

std::string tc_url(const ProbeUrl& url) {
  return url_with(url, url.app);
}

std::string shown_url(const ProbeUrl& url) {
  return url_with(url, std::string_view(url.app).substr(0, url.app.find('?')));
}

ProbeUrlResult parse_probe_url(std::string_view text) {
  ProbeUrlResult result;
  const std::string scheme = lower_case(text.substr(0, kTls.size()));
  result.url.tls = scheme == kTls;
  result.url.port = result.url.tls ? kTlsPort : kPlainPort;
  result.error = kExpected;
  if (!result.url.tls && !scheme.starts_with(kPlain)) return result;
  if (text.size() > kMaxUrlBytes || !std::all_of(text.begin(), text.end(), is_graphic)) return result;
  text.remove_prefix(result.url.tls ? kTls.size() : kPlain.size());
  const std::size_t slash = std::min(text.find('/'), text.size());
  if (!take_authority(text.substr(0, slash), result.url)) return result;
  if (slash < text.size()) result.url.app = app_of(text.substr(slash + 1));
  result.error.clear();
  return result;
}

} // namespace rtmpt_proxy::probe
