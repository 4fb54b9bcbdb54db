// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::uint8_t kNextChunk = 0xC0; // fmt 3
constexpr std::size_t kMessageHeadBytes = 12;
constexpr std::size_t kExtendedTimeBytes = 4;
constexpr std::uint8_t kDynamicLimit = 2;

void put_u24(std::string& out, std::uint32_t value) {
  put_u8(out, static_cast<std::uint8_t>(value >> 16));
  put_u16(out, static_cast<std::uint16_t>(value));
}

std::string control_message(std::uint8_t type, std::string_view payload) {
  std::string out;
  append_message(out, {kControlChunkStream, type, 0, 0}, payload);
  return out;
}

std::string control_message(std::uint8_t type, std::uint32_t value) {
  std::string payload;
  put_u32(payload, value);
  return control_message(type, payload);
}

} // namespace

std::size_t message_bytes(const MessageHead& head, std::size_t payload_bytes) {
  const std::size_t extended_bytes = head.time >= kFirstExtendedTime ? kExtendedTimeBytes : 0;
  const std::size_t more_chunks = payload_bytes > 0 ? (payload_bytes - 1) / kWrittenChunkBytes : 0;
  return kMessageHeadBytes + extended_bytes + payload_bytes + more_chunks * (1 + extended_bytes);
}

void append_message(std::string& out, const MessageHead& head, std::string_view payload) {
  const bool is_extended = head.time >= kFirstExtendedTime;
  put_u8(out, head.chunk_stream); // fmt 0
  put_u24(out, std::min(head.time, kFirstExtendedTime));
  put_u24(out, static_cast<std::uint32_t>(payload.size()));
  put_u8(out, head.type);
  for (int shift = 0; shift < 32; shift += 8) // little-endian
    put_u8(out, static_cast<std::uint8_t>(head.message_stream >> shift));
  if (is_extended) put_u32(out, head.time);
  for (std::size_t at = 0; at < payload.size(); at += kWrittenChunkBytes) {
    if (at > 0) {
      put_u8(out, static_cast<std::uint8_t>(kNextChunk | head.chunk_stream));
      if (is_extended) put_u32(out, head.time); // all known receivers want it again
    }
    out += payload.substr(at, kWrittenChunkBytes);
  }
}

std::string set_chunk_size_message() {
  return control_message(kSetChunkSizeMessage, std::uint32_t{kWrittenChunkBytes});
}

std::string acknowledgement_message(std::uint32_t received_bytes) {
  return control_message(kAcknowledgementMessage, received_bytes);
}

std::string window_size_message(std::uint32_t window_bytes) {
  return control_message(kWindowSizeMessage, window_bytes);
}

std::string peer_bandwidth_message(std::uint32_t window_bytes) {
  std::string payload;
  put_u32(payload, window_bytes);
  put_u8(payload, kDynamicLimit);
  return control_message(kPeerBandwidthMessage, payload);
}

std::string user_control_message(UserControl event, std::uint32_t value) {
  std::string payload;
  put_u16(payload, static_cast<std::uint16_t>(event));
  put_u32(payload, value);
  return control_message(kUserControlMessage, payload);
}

} // namespace rtmpt_proxy::protocol
