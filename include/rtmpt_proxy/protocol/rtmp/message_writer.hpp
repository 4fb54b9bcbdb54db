// SPDX-License-Identifier: Apache-2.0
// Puts messages into chunks (Adobe, "RTMP specification 1.0", 5.3.1), each with a whole header (fmt 0) and its absolute
// time, so that what is written does not depend on what was written before: it may go to a client who has got nothing
// yet, and a part may be left out.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// The chunk size of what is written here, which the receiver must have been told by set_chunk_size_message().
inline constexpr std::size_t kWrittenChunkBytes = 65536;
// Times from here on are written behind the header.
inline constexpr std::uint32_t kFirstExtendedTime = 0xffffff;

// The chunk streams of what is written here.
inline constexpr std::uint8_t kControlChunkStream = 2;
inline constexpr std::uint8_t kAudioChunkStream = 4;
inline constexpr std::uint8_t kVideoChunkStream = 6;
inline constexpr std::uint8_t kDataChunkStream = 7;

struct MessageHead {
  std::uint8_t chunk_stream = 0; // 2 to 63
  std::uint8_t type = 0;
  std::uint32_t message_stream = 0;
  std::uint32_t time = 0; // ms
};

// How many bytes append_message() writes.
std::size_t message_bytes(const MessageHead& head, std::size_t payload_bytes);

// Appends a message to `out`. `payload` has less than 2^24 bytes.
void append_message(std::string& out, const MessageHead& head, std::string_view payload);

// The payload of a message that append_message() wrote, piece by piece: `visit` is called with each. `chunks` begins
// with the payload's first byte and has the rest of the message.
template <class Visit>
void for_each_piece(std::string_view chunks, std::size_t payload_bytes, std::uint32_t time, const Visit& visit) {
  const std::size_t between_bytes = time >= kFirstExtendedTime ? 5 : 1;
  while (payload_bytes > 0) {
    const std::string_view piece =
        chunks.substr(0, payload_bytes < kWrittenChunkBytes ? payload_bytes : kWrittenChunkBytes);
    if (piece.empty()) return;
    visit(piece);
    payload_bytes -= piece.size();
    chunks.remove_prefix(piece.size());
    chunks.remove_prefix(chunks.size() < between_bytes ? chunks.size() : between_bytes);
  }
}

// Control messages of the connection, whole and in chunks.
std::string set_chunk_size_message();
std::string acknowledgement_message(std::uint32_t received_bytes);
std::string window_size_message(std::uint32_t window_bytes);
std::string peer_bandwidth_message(std::uint32_t window_bytes); // of the type "dynamic"

// Events of a User Control message (7.1.7).
enum class UserControl : std::uint16_t { stream_begin = 0, stream_end = 1, ping = 6, pong = 7 };
// `value` is the message stream, or the time of the ping.
std::string user_control_message(UserControl event, std::uint32_t value);

} // namespace rtmpt_proxy::protocol
