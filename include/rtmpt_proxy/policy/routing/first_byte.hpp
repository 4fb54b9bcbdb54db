// SPDX-License-Identifier: Apache-2.0
// How httpd recognises a client of RTMP on a port for HTTP: by the first byte that it sends.
#pragma once

#include <cstdint>

namespace rtmpt_proxy::policy {

// RTMP begins with its version 3, the encrypted handshakes with 6, 8 or 9. No request of HTTP, no TLS record and no
// PROXY header begins with one of these. Whether an encrypted handshake is taken is the gateway's affair.
constexpr bool begins_rtmp(char first) {
  constexpr std::uint8_t kPlain = 3;
  constexpr std::uint8_t kEncrypted[] = {6, 8, 9};
  const auto version = static_cast<std::uint8_t>(first);
  return version == kPlain || version == kEncrypted[0] || version == kEncrypted[1] || version == kEncrypted[2];
}

} // namespace rtmpt_proxy::policy
