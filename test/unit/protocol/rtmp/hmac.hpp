// SPDX-License-Identifier: Apache-2.0
// HMAC-SHA256 by OpenSSL, for the tests of RTMP's handshake.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace rtmpt_proxy::test {

inline protocol::KeyedDigest digest(std::string_view key, std::string_view text) {
  protocol::KeyedDigest result{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), result.data(), &size);
  return result;
}

inline std::string hmac(std::string_view key, std::string_view text) {
  const protocol::KeyedDigest result = digest(key, text);
  return {result.begin(), result.end()};
}

} // namespace rtmpt_proxy::test
