// SPDX-License-Identifier: Apache-2.0
// The opcodes of WebSocket's frames (RFC 6455, 11.8).
#pragma once

#include <cstdint>

namespace rtmpt_proxy::protocol {

inline constexpr std::uint8_t kContinuationOpcode = 0;
inline constexpr std::uint8_t kTextOpcode = 1;
inline constexpr std::uint8_t kBinaryOpcode = 2;
inline constexpr std::uint8_t kCloseOpcode = 8;
inline constexpr std::uint8_t kPingOpcode = 9;
inline constexpr std::uint8_t kPongOpcode = 10;

} // namespace rtmpt_proxy::protocol
