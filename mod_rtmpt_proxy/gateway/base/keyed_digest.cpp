// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/keyed_digest.hpp"

#include "local/keyed_digest.hpp"

namespace rtmpt_proxy::gateway {

protocol::KeyedDigest keyed_digest(std::string_view key, std::string_view text) {
  return local::keyed_digest(key, text);
}

} // namespace rtmpt_proxy::gateway
