// SPDX-License-Identifier: Apache-2.0
// What a media server says to a client, followed by who stands between them and may go on in the server's place.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Takes the server's bytes in pieces of any size, from its handshake on. Keeps no more than commands. Not thread-safe.
class ServerSide {
 public:
  // Follows the bytes; with `stops`, up to the first place where no message is under way, which may be in front of all
  // of them. Returns how many were followed.
  std::size_t feed(std::string_view bytes, bool stops = false);

  // Whether another server could speak from here on: no message is under way.
  bool is_between_messages() const;
  // Whether the server has answered a createStream with kViewersMessageStream.
  bool has_given_stream() const { return has_given_stream_; }
  // It cannot be followed any more.
  bool has_failed() const { return chunks_.error() != ChunkError::none; }

 private:
  void take_message();

  std::size_t handshake_left_bytes_ = kHandshakeBytes;
  RtmpChunkReader chunks_;
  bool has_given_stream_ = false;
};

} // namespace rtmpt_proxy::protocol
