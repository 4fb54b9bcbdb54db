// SPDX-License-Identifier: Apache-2.0
// The frames of a WebSocket client (RFC 6455, 5.2), which are masked. What a viewer says in messages is passed over;
// only its control frames matter.
#pragma once

#include <rtmpt_proxy/protocol/websocket/frame_writer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class FrameProgress : std::uint8_t {
  need_more, // no error: feed what comes next
  ping,      // answer it with pong_frame(payload())
  close,     // the client closes: answer with a close frame; nothing is read any more
  failed,    // see error(); stays
};

enum class WebSocketError : std::uint8_t {
  none,
  unmasked,      // a client's frames are masked (5.1)
  reserved_bits, // of an extension that nobody agreed on
  unknown_opcode,
  bad_control,   // a control frame in fragments, or with over kMaxControlPayloadBytes
  bad_fragments, // a message begins within another, or goes on without one
  bad_length,    // in more bytes than it needs, or with the highest bit
  too_large,     // a frame over kMaxFrameBytes
};

// A short sentence for a log; it quotes nothing of the client.
std::string_view to_string(WebSocketError error);

struct FrameFeedResult {
  FrameProgress progress = FrameProgress::need_more;
  std::size_t consumed_bytes = 0; // of the piece just fed; after a ping the rest must be fed again
};

// Takes a client's bytes in pieces of any size. Keeps no more than a control frame's payload. Not thread-safe.
class WebSocketFrameReader {
 public:
  static constexpr std::size_t kMaxFrameBytes = 65536;

  FrameFeedResult feed(std::string_view bytes);

  // Of the ping that feed() has just announced. Valid until the next feed().
  std::string_view payload() const { return payload_; }

  WebSocketError error() const { return error_; }
  // How the connection is to be closed for that error.
  WebSocketClose close_code() const;

 private:
  enum class Stage : std::uint8_t { first, length, more_length, mask, payload };

  FrameProgress take(std::uint8_t byte);
  FrameProgress take_first(std::uint8_t byte);
  FrameProgress take_length(std::uint8_t byte);
  FrameProgress end_length();
  FrameProgress end_frame();
  std::size_t take_payload(std::string_view bytes);
  FrameProgress fail(WebSocketError error);
  bool is_control() const { return (opcode_ & 8) != 0; }

  std::string payload_;
  std::array<std::uint8_t, 4> mask_{};
  std::uint64_t length_bytes_ = 0;
  std::uint64_t taken_bytes_ = 0; // of the payload
  std::size_t field_bytes_ = 0;
  std::size_t field_end_ = 0;
  std::uint8_t opcode_ = 0;
  bool is_last_ = false;
  bool in_message_ = false; // a message in fragments is under way
  bool is_closed_ = false;
  Stage stage_ = Stage::first;
  WebSocketError error_ = WebSocketError::none;
};

} // namespace rtmpt_proxy::protocol
