// SPDX-License-Identifier: Apache-2.0
// The URL of a backend, as RTMPTProxyPass and BalancerMember take it.
#pragma once

#include <rtmpt_proxy/protocol/messages/backend_address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// The protocol that a backend speaks.
enum class BackendScheme : std::uint8_t {
  rtmp,  // RTMP in a TCP connection
  rtmpt, // RTMP in HTTP requests
  rtmps, // RTMP in a TLS connection
};

inline constexpr std::uint16_t kDefaultRtmpPort = 1935;
inline constexpr std::uint16_t kDefaultRtmptPort = 80;
inline constexpr std::uint16_t kDefaultRtmpsPort = 443;

constexpr std::uint16_t default_port(BackendScheme scheme) {
  switch (scheme) {
  case BackendScheme::rtmp: break;
  case BackendScheme::rtmpt: return kDefaultRtmptPort;
  case BackendScheme::rtmps: return kDefaultRtmpsPort;
  }
  return kDefaultRtmpPort;
}

// "rtmp", "rtmpt" or "rtmps".
std::string_view to_string(BackendScheme scheme);

// The same, as the messages to the gateway have it.
protocol::BackendKind kind_of(BackendScheme scheme);
// Must not be asked about a hub, which has no scheme.
BackendScheme scheme_of(protocol::BackendKind kind);

// The scheme of this name, in lower case and nothing more; empty for any other text.
std::optional<BackendScheme> find_backend_scheme(std::string_view name);

struct BackendUrl {
  BackendScheme scheme = BackendScheme::rtmp;
  std::string host; // lower case; an IPv6 address without its brackets
  std::uint16_t port = kDefaultRtmpPort;
  bool port_given = false; // whether the URL has a port: mod_proxy finds workers by text
  bool operator==(const BackendUrl&) const = default;
};

// "rtmp://host", "rtmpt://host:8080", "rtmp://[::1]:1936": without a port unless the URL had one.
std::string to_string(const BackendUrl& url);

struct BackendUrlResult {
  BackendUrl url;
  std::string error; // empty when `url` is good; else what was expected, quoting the text it got
};

// Accepts rtmp://host[:port][/], and rtmps:// and rtmpt:// likewise. The host is a DNS name (letters, digits, '-', '_',
// '.'; at most 253 characters), a dotted quad or an IPv6 address in brackets; the port is 1 to 65535, digits only. A
// path, query, user or fragment is an error: the stream's own address goes through unchanged inside RTMP.
BackendUrlResult parse_backend_url(std::string_view text);

} // namespace rtmpt_proxy::policy
