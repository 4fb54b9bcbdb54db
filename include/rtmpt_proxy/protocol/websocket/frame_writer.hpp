// SPDX-License-Identifier: Apache-2.0
// Frames of a WebSocket server (RFC 6455, 5.2), which are not masked:
//
//   1, 0 0 0, opcode 4 bits   0, length 7 bits: up to 125, or 126: 16 more bits, 127: 64 more bits   payload
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kMaxControlPayloadBytes = 125;

// Why a connection is closed (7.4.1).
enum class WebSocketClose : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  too_big = 1009,
  try_again_later = 1013,
};

// The header of a whole binary message with so many bytes, which follow.
std::string binary_frame_header(std::size_t payload_bytes);
// Whole control frames. `payload` is that of the ping, at most kMaxControlPayloadBytes.
std::string pong_frame(std::string_view payload);
std::string close_frame(WebSocketClose why);

} // namespace rtmpt_proxy::protocol
