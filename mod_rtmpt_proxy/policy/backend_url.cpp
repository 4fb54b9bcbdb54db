#include <rtmpt_proxy/policy/backend_url.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include <arpa/inet.h>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kScheme = "rtmp://";
constexpr std::size_t kMaxHostBytes = 253; // RFC 1035, without the root's dot
constexpr std::size_t kMaxLabelBytes = 63;
constexpr std::size_t kMaxQuotedBytes = 300;

// Not tolower(): the locale has no say in a host name.
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_host_character(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_' || c == '.';
}

bool is_address(int family, const std::string& host) {
  in6_addr address{}; // large enough for both families
  return host.find('\0') == std::string::npos && inet_pton(family, host.c_str(), &address) == 1;
}

// A stream key may stand in a path or query and a password in front of '@': a message must not repeat those.
std::string quoted(std::string_view text) {
  std::string shown(text.substr(0, kMaxQuotedBytes));
  const std::size_t scheme_end = shown.find("://");
  const std::size_t host_at = scheme_end == std::string::npos ? 0 : scheme_end + 3;
  const std::size_t host_end = shown.find_first_of("/?#", host_at);
  if (text.find('@', host_at) != std::string_view::npos) {
    shown.replace(host_at, std::string::npos, "...");
  } else if (host_end != std::string::npos && host_end + 1 < shown.size()) {
    shown.replace(host_end + 1, std::string::npos, "...");
  }
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return "\"" + shown + "\"";
}

BackendUrlResult failure(std::string_view text, std::string_view expected) {
  BackendUrlResult result;
  result.error = quoted(text) + " is no backend URL: expected ";
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
  if (host.size() > kMaxHostBytes || !std::all_of(host.begin(), host.end(), is_host_character)) return false;
  const bool numeric = std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
  return numeric ? is_address(AF_INET, host) : labels_are_good(host);
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

} // namespace

std::string to_string(const BackendUrl& url) {
  const bool ipv6 = url.host.find(':') != std::string::npos;
  std::string text(kScheme);
  text += ipv6 ? "[" + url.host + "]" : url.host;
  if (url.port_given) text += ":" + std::to_string(url.port);
  return text;
}

BackendUrlResult parse_backend_url(std::string_view text) {
  constexpr std::string_view kShape = "rtmp://host[:port], with an IPv6 address in brackets";
  if (lowered(text.substr(0, kScheme.size())) != kScheme) return failure(text, kShape);
  std::string_view authority = text.substr(kScheme.size());
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (authority.find_first_of("/?#@") != std::string_view::npos) {
    return failure(text, "nothing but rtmp://host[:port], without user, path, query and fragment");
  }
  const std::optional<Authority> parts = split(authority);
  if (!parts) return failure(text, kShape);

  BackendUrlResult result;
  result.url.host = lowered(parts->host);
  if (parts->bracketed && !is_address(AF_INET6, result.url.host)) {
    return failure(text, "an IPv6 address between the brackets");
  }
  if (!parts->bracketed && !is_good_name(result.url.host)) {
    return failure(text, "a DNS name, an IPv4 address or an IPv6 address in brackets after rtmp://");
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
