// SPDX-License-Identifier: Apache-2.0
#include "protocol/websocket/opcodes.hpp"

#include <rtmpt_proxy/protocol/text/byte_reader.hpp>
#include <rtmpt_proxy/protocol/websocket/frame_writer.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::uint8_t kLast = 0x80; // the message ends with this frame
constexpr std::size_t kMostShortBytes = 125;

std::string frame_header(std::uint8_t opcode, std::size_t payload_bytes) {
  std::string out;
  put_u8(out, static_cast<std::uint8_t>(kLast | opcode));
  if (payload_bytes <= kMostShortBytes) {
    put_u8(out, static_cast<std::uint8_t>(payload_bytes));
  } else if (payload_bytes <= 0xffff) {
    put_u8(out, 126);
    put_u16(out, static_cast<std::uint16_t>(payload_bytes));
  } else {
    put_u8(out, 127);
    put_u64(out, payload_bytes);
  }
  return out;
}

} // namespace

std::string binary_frame_header(std::size_t payload_bytes) {
  return frame_header(kBinaryOpcode, payload_bytes);
}

std::string pong_frame(std::string_view payload) {
  payload = payload.substr(0, kMaxControlPayloadBytes);
  return frame_header(kPongOpcode, payload.size()).append(payload);
}

std::string close_frame(WebSocketClose why) {
  std::string out = frame_header(kCloseOpcode, 2);
  put_u16(out, static_cast<std::uint16_t>(why));
  return out;
}

} // namespace rtmpt_proxy::protocol
