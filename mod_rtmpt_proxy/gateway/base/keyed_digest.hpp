// SPDX-License-Identifier: Apache-2.0
// HMAC-SHA256, for the digests in RTMP's handshake and for names that are hidden.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

namespace rtmpt_proxy::gateway {

// A protocol::KeyedDigestFunction. Throws std::runtime_error when the library has no SHA-256.
protocol::KeyedDigest keyed_digest(std::string_view key, std::string_view text);

} // namespace rtmpt_proxy::gateway
