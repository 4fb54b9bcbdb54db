// SPDX-License-Identifier: Apache-2.0
// Which media server, and what it speaks.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

namespace rtmpt_proxy::protocol {

enum class BackendKind : std::uint8_t {
  rtmp = 1,  // RTMP in a TCP connection
  rtmpt = 2, // RTMP in HTTP requests, with the gateway as the client
  rtmps = 3, // RTMP in a TLS connection, with the gateway as the client
  hub = 4,   // the gateway itself; there is no connection
};

// Which media server: two workers of mod_proxy with the same address mean the same one.
struct BackendAddress {
  BackendKind kind = BackendKind::rtmp;
  std::string host;       // name or address, without brackets; of a hub its key: see policy::hub_address()
  std::uint16_t port = 0; // of a hub 0
  bool operator==(const BackendAddress&) const = default;
  bool operator<(const BackendAddress& other) const {
    return std::tie(kind, host, port) < std::tie(other.kind, other.host, other.port);
  }
};

} // namespace rtmpt_proxy::protocol
