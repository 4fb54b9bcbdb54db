// SPDX-License-Identifier: Apache-2.0
// The server's side of one RTMP connection: a client that publishes or plays one stream.
#pragma once

#include <rtmpt_proxy/protocol/media/aggregate_parts.hpp>
#include <rtmpt_proxy/protocol/media/media_message.hpp>
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::protocol {

struct ClientCommand;

enum class ServerProgress : std::uint8_t {
  need_more, // feed what comes next
  publish,   // the client wants to publish request(): call start_publishing() or refuse() before the next feed()
  play,      // the client wants to play request(): call start_playing() or refuse() before the next feed()
  media,     // a publisher's message has come: see message()
  stop,      // what the client published or played has ended; it may begin again
  failed,    // see error(); stays
};

struct ServerFeedResult {
  ServerProgress progress = ServerProgress::need_more;
  std::size_t consumed_bytes = 0; // of the piece just fed; unless more is needed, the rest must be fed again
};

enum class ServerError : std::uint8_t {
  none,
  handshake,     // no RTMP, or encrypted
  chunks,        // see chunk_error()
  bad_command,   // a command without a name or transaction
  no_connect,    // something else comes before connect
  connect_again, // a second connect
  stream_again,  // a second publish or play before the first has ended; the client is told so
  bad_name,      // the name of a stream or application that nobody can mean; the client is told so
};

enum class StreamRefused : std::uint8_t {
  name_in_use,       // another client publishes it
  unavailable,       // the server has no room
  nothing_published, // nobody has published it for too long
  unreachable,       // the server that has it was not reached
  too_often,         // the client begins streams at a rate that nobody needs
};

// Which stream a client wants.
struct StreamWanted {
  // Application and name with a slash between them, without queries: the same stream however a client divides it.
  std::string path;
  std::uint32_t message_stream = 0;
  std::size_t app_bytes = 0; // so much of the path is the application; a slash stands behind it unless it is empty
};

//   handshake ─► connect ─► createStream ─► publish ─► start_publishing() ─► media ... ─► stop
//                                       └─► play ────► start_playing() ───────────────► stop
//
// Takes the client's bytes in pieces of any size. Answers gather in take_output(). Other commands are passed over:
// getStreamLength, for example, is never answered, because ffmpeg takes offence at a result without a value. Nothing
// with transaction 0 is answered. Not thread-safe.
//
// Memory: a message of a publisher, at most kMaxMediaBytes in all chunk streams together; before that kMaxEarlyBytes.
class RtmpServer {
 public:
  static constexpr std::size_t kMaxMediaBytes = std::size_t{8} << 20;
  static constexpr std::size_t kMaxEarlyBytes = std::size_t{64} << 10;
  static constexpr std::size_t kMaxPathBytes = 1024;
  // How many bytes are acknowledged at a time unless the client wants another number, and the least it may want.
  static constexpr std::uint32_t kFirstWindowBytes = 1250000;
  static constexpr std::uint32_t kLeastWindowBytes = 16384;

  // `random` is kHandshakeRandomBytes long, and new for each client.
  RtmpServer(std::string random, KeyedDigestFunction digest) : random_(std::move(random)), digest_(digest) {}

  ServerFeedResult feed(std::string_view bytes);

  // What the client must be sent, and has not been sent yet.
  std::string take_output() { return std::exchange(output_, {}); }

  const StreamWanted& request() const { return request_; }
  void start_publishing();
  void start_playing();
  void refuse(StreamRefused why);
  // The stream that the client plays has ended.
  void end_playing();

  // Valid until the next feed().
  const MediaMessage& message() const { return message_; }

  bool is_connected() const { return stage_ == Stage::connected; }

  // For who stands between a client and another server, and passes on what was fed here until the client publishes or
  // plays. How many of the bytes that were fed belong to the handshake, and to whole messages; behind them a message is
  // under way, or nothing.
  std::uint64_t whole_bytes() const;
  // After `publish` and `play`: how many bytes stood in front of that command. Unset: another message was under way
  // between its bytes, so that nothing can be cut there.
  std::optional<std::uint64_t> bytes_before_command() const;
  ServerError error() const { return error_; }
  ChunkError chunk_error() const { return chunks_.error(); }
  // A short sentence for a log; it quotes nothing of the client.
  std::string_view error_words() const;

 private:
  enum class Stage : std::uint8_t { handshake, commands, connected };
  enum class Role : std::uint8_t { none, publisher, viewer };

  std::size_t take_handshake(std::string_view bytes);
  ServerProgress take_message();
  ServerProgress take_command(std::string_view text);
  ServerProgress take_connect(const ClientCommand& command);
  ServerProgress take_start(const ClientCommand& command, ServerProgress wanted);
  ServerProgress fail_start(ServerProgress wanted, ServerError error);
  ServerProgress take_media(MediaKind kind, std::string_view payload);
  ServerProgress stop();
  void take_user_control(std::string_view payload);
  void acknowledge();
  ServerProgress fail(ServerError error);

  HandshakeReader handshake_;
  RtmpChunkReader chunks_ = RtmpChunkReader::whole(kMaxEarlyBytes);
  std::string random_;
  KeyedDigestFunction digest_;
  std::string output_;
  std::string app_;
  StreamWanted request_;
  MediaMessage message_;
  AggregateParts parts_;              // of an aggregate message in chunks_, which have not all been announced
  std::uint64_t handshake_bytes_ = 0; // that were fed
  std::uint64_t acknowledged_bytes_ = 0;
  std::uint32_t window_bytes_ = kFirstWindowBytes;
  Stage stage_ = Stage::handshake;
  Role role_ = Role::none;
  ServerError error_ = ServerError::none;
};

} // namespace rtmpt_proxy::protocol
