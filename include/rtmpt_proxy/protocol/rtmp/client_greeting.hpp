// SPDX-License-Identifier: Apache-2.0
// What a client of RTMP says before anything is decided about it: the handshake, then the command connect.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::protocol {

// A client may send this much behind its handshake before its connect is complete, and behind its connect before it is
// answered. Honest ones send less than 2 KiB: connect, and perhaps createStream, which they may send unasked.
inline constexpr std::size_t kMaxGreetingBytes = 64u << 10;

// Texts of the client, which may be any bytes. Escape them wherever they are written.
struct ConnectRequest {
  double transaction_id = 0; // to be repeated in an answer; 1 with all known clients
  std::string app;           // as it was sent, with the query
  std::string tc_url;        // likewise; empty when the client names none
  std::string flash_version;
  bool is_cut = false; // app or tc_url is longer than kMaxAmf0TextBytes, and only its beginning is here
  // It says that it will publish (type "nonprivate"), as ffmpeg, librtmp and GStreamer do. A claim, and no more.
  bool is_publisher = false;
  // What only callbacks tell: the player and the page that the client says to be in. Perhaps only their beginning.
  std::string swf_url{};
  std::string page_url{};
  // Whether they were sent alike: a transaction id that is no number (NaN) equals itself.
  bool operator==(const ConnectRequest& other) const;
};

enum class GreetingState : std::uint8_t {
  handshake,
  commands,  // the handshake is done, and connect has not come yet
  connected, // connect is known
  failed,    // see error(); stays
};

enum class GreetingError : std::uint8_t {
  none,
  not_rtmp,
  encrypted,
  bad_chunks,      // no chunk stream: see ChunkError
  bad_command,     // a command that cannot be read, or a connect that cannot be read whole or in one way only
  no_connect,      // another message comes first than connect
  connect_too_far, // kMaxGreetingBytes without a connect
};

// A short sentence for a log; it quotes nothing of the client.
std::string_view to_string(GreetingError error);

// Takes a client's bytes in pieces of any size. Not thread-safe.
//
// Memory: 1536 bytes during the handshake; afterwards the bytes behind it, at most kMaxGreetingBytes, and a table of
// chunk streams until connect is known.
class ClientGreeting {
 public:
  // Takes as much as room_bytes() allows, and returns how many bytes that were. Once connect is known, further bytes
  // are kept unread.
  std::size_t feed(std::string_view bytes);

  GreetingState state() const { return state_; }
  GreetingError error() const { return error_; }

  // C1, when it is complete and has not been taken yet; else empty. It must be answered by server_handshake().
  std::string take_c1() { return std::exchange(c1_, {}); }

  // How many bytes it takes now.
  std::size_t room_bytes() const;

  // From GreetingState::connected on.
  const ConnectRequest& connect() const { return connect_; }

  // Everything behind the handshake so far, as it was sent: for the media server.
  const std::string& kept() const { return kept_; }
  std::string take_kept() { return std::move(kept_); }

 private:
  std::size_t take_handshake(std::string_view bytes);
  void take_commands(std::string_view bytes);
  void take_message();
  void fail(GreetingError error);

  HandshakeReader handshake_;
  std::string c1_;
  RtmpChunkReader chunks_ = RtmpChunkReader::strict();
  std::string kept_;
  ConnectRequest connect_;
  GreetingState state_ = GreetingState::handshake;
  GreetingError error_ = GreetingError::none;
};

} // namespace rtmpt_proxy::protocol
