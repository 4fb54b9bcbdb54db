// SPDX-License-Identifier: Apache-2.0
// HMAC-SHA256 by OpenSSL, for digests in RTMP's handshake and tokens of streams.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

namespace rtmpt_proxy::local {

// A protocol::KeyedDigestFunction. For any thread. Throws std::runtime_error when the library has no SHA-256.
protocol::KeyedDigest keyed_digest(std::string_view key, std::string_view text);

} // namespace rtmpt_proxy::local
