// SPDX-License-Identifier: Apache-2.0
#include "local/keyed_digest.hpp"

#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace rtmpt_proxy::local {

protocol::KeyedDigest keyed_digest(std::string_view key, std::string_view text) {
  protocol::KeyedDigest digest{};
  unsigned size_bytes = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), digest.data(),
             &size_bytes) == nullptr ||
      size_bytes != digest.size())
    throw std::runtime_error("no HMAC-SHA256");
  return digest;
}

} // namespace rtmpt_proxy::local
