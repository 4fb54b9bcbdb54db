// Which media server, and what it speaks.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace rtmpt_proxy::protocol {

enum class BackendKind : std::uint8_t {
  rtmp = 1,  // RTMP in a TCP connection
  rtmpt = 2, // RTMP in HTTP requests, with the gateway as the client
};

// Which media server: two workers of mod_proxy with the same address mean the same one.
struct BackendAddress {
  BackendKind kind = BackendKind::rtmp;
  std::string host; // name or address, without brackets
  std::uint16_t port = 0;
  bool operator==(const BackendAddress&) const = default;
  bool operator<(const BackendAddress& other) const {
    return std::tie(kind, host, port) < std::tie(other.kind, other.host, other.port);
  }
};

} // namespace rtmpt_proxy::protocol
