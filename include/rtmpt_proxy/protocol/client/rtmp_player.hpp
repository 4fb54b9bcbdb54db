// SPDX-License-Identifier: Apache-2.0
// The client's side of one RTMP connection: a viewer that plays one stream of a media server.
#pragma once

#include <rtmpt_proxy/protocol/media/aggregate_parts.hpp>
#include <rtmpt_proxy/protocol/media/media_message.hpp>
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::protocol {

struct ServerWord;

// Which stream of the server.
struct PlayTarget {
  std::string app;
  std::string tc_url; // "rtmp://live.example.com/live"
  std::string stream_name;
};

enum class PlayerProgress : std::uint8_t {
  need_more, // feed what comes next
  started,   // the server plays the stream, or will when somebody publishes it
  media,     // a message of the stream has come: see message()
  stopped,   // what was published has ended; another publisher may come
  missing,   // the server says that there is no such stream
  refused,   // the server refuses the connect, or the stream: see refusal()
  failed,    // see error(); stays
};

struct PlayerFeedResult {
  PlayerProgress progress = PlayerProgress::need_more;
  std::size_t consumed_bytes = 0; // of the piece just fed; unless more is needed, the rest must be fed again
};

enum class PlayerError : std::uint8_t {
  none,
  handshake,   // no RTMP, or encrypted
  chunks,      // see RtmpChunkReader's errors
  bad_command, // a command without a name or transaction
  bad_stream,  // createStream was answered without the number of a message stream
};

//   C0 C1 ─► S0 S1 ─► C2 connect ─► _result ─► createStream ─► _result ─► play ─► Play.Start ─► media ...
//
// Takes the server's bytes in pieces of any size. What the server must be sent gathers in take_output(), from the
// beginning on: pings are answered and bytes acknowledged. Sound, pictures and data count from createStream's result
// on; data that is about the connection (onStatus, |RtmpSampleAccess) is passed over. Not thread-safe.
//
// Memory: the server's messages under way, kMaxEarlyBytes together until the stream plays, then kMaxMediaBytes; and
// what take_output() was not called for: three times what was fed at the most, and kMaxHelloBytes.
class RtmpPlayer {
 public:
  static constexpr std::size_t kMaxMediaBytes = std::size_t{8} << 20;
  static constexpr std::size_t kMaxEarlyBytes = std::size_t{64} << 10;
  static constexpr std::size_t kMaxHelloBytes = std::size_t{16} << 10; // for a target of 4 KiB at most
  // How many bytes are acknowledged at a time unless the server wants another number, and the least it may want.
  static constexpr std::uint32_t kFirstWindowBytes = 1250000;
  static constexpr std::uint32_t kLeastWindowBytes = 16384;

  // `random` is kHandshakeRandomBytes long, and new for each connection.
  RtmpPlayer(std::string_view random, PlayTarget target);

  PlayerFeedResult feed(std::string_view bytes);

  // What the server must be sent, and has not been sent yet.
  std::string take_output() { return std::exchange(output_, {}); }

  // Whether the server has answered so far that it was asked to play.
  bool has_asked() const { return stage_ == Stage::playing; }

  // Valid until the next feed().
  const MediaMessage& message() const { return message_; }
  // The server's code: "NetConnection.Connect.Rejected"; empty when it gave none. For a log, cut and cleaned.
  const std::string& refusal() const { return refusal_; }

  // Whether the server has said that it plays the stream.
  bool has_started() const { return has_started_; }
  PlayerError error() const { return error_; }
  // A short sentence for a log; it quotes nothing of the server.
  std::string_view error_words() const;

 private:
  enum class Stage : std::uint8_t { handshake, connecting, creating, playing };

  std::size_t take_handshake(std::string_view bytes);
  PlayerProgress take_message();
  PlayerProgress take_command(std::string_view text);
  PlayerProgress take_answer(const ServerWord& word);
  PlayerProgress take_status(const ServerWord& word);
  PlayerProgress take_user_control(std::string_view payload);
  PlayerProgress take_media(MediaKind kind, std::string_view payload);
  PlayerProgress begin();
  PlayerProgress refuse(const ServerWord& word);
  void acknowledge();
  PlayerProgress fail(PlayerError error);

  const PlayTarget target_;
  HandshakeReader handshake_;
  RtmpChunkReader chunks_ = RtmpChunkReader::whole(kMaxEarlyBytes);
  AggregateParts parts_;
  std::string output_;
  MediaMessage message_;
  std::string refusal_;
  std::uint32_t message_stream_ = 0;
  std::uint64_t acknowledged_bytes_ = 0;
  std::uint32_t window_bytes_ = kFirstWindowBytes;
  Stage stage_ = Stage::handshake;
  bool has_started_ = false;
  PlayerError error_ = PlayerError::none;
};

} // namespace rtmpt_proxy::protocol
