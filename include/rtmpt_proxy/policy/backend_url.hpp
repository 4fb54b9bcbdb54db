// The URL of a streaming backend, as RTMPTProxyPass takes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

inline constexpr std::uint16_t kDefaultRtmpPort = 1935;

struct BackendUrl {
  std::string host; // lower case; an IPv6 address without its brackets
  std::uint16_t port = kDefaultRtmpPort;
  bool port_given = false; // whether the URL named it: mod_proxy finds a worker by the text of its URL
  bool operator==(const BackendUrl&) const = default;
};

// "rtmp://host", "rtmp://host:1936", "rtmp://[::1]:1936": without a port unless the URL had one.
std::string to_string(const BackendUrl& url);

struct BackendUrlResult {
  BackendUrl url;
  std::string error; // empty when `url` is good; else what was expected, quoting the text it got
};

// Accepts rtmp://host[:port][/]. The host is a DNS name (letters, digits, '-', '_', '.'; at most 253 characters), a
// dotted quad or an IPv6 address in brackets; the port is 1 to 65535, digits only. A path, query, user or fragment is
// an error: the stream's own address goes through unchanged inside RTMP.
BackendUrlResult parse_backend_url(std::string_view text);

} // namespace rtmpt_proxy::policy
