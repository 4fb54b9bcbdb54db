// SPDX-License-Identifier: Apache-2.0
// Holds back what a client sends from each connect, publish and play on until it is decided about.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>
#include <rtmpt_proxy/protocol/rtmp/published_media.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::protocol {

struct RtmpCommand;

enum class GatedKind : std::uint8_t { connect, publish, play, play2 };

// One word, as the command has it: "publish".
std::string_view to_string(GatedKind kind);

// Texts of the client, which may be any bytes.
struct GatedCommand {
  GatedKind kind = GatedKind::connect;
  std::string stream_name; // with its query; empty for connect, and for a client that names no stream
  double transaction_id = 0;
  std::uint32_t message_stream = 0;
  bool is_amf3 = false;       // the message's type is AMF3's
  std::string publish_type{}; // of publish: "live", "record" or "append"; empty when the client says none of them
  bool operator==(const GatedCommand&) const = default;
};

enum class GateFault : std::uint8_t {
  none,
  not_rtmp,          // the first byte of the handshake
  encrypted,         // RTMPE: nothing can be decided about
  bad_chunks,        // no chunk stream: see ChunkError
  bad_command,       // a command that cannot be read, or not in one way only
  no_connect,        // another message comes before connect
  second_connect,    // httpd allowed one application
  hiding,            // a message that could hide a command: Abort, an aggregate, data or a shared object with its name
  unpublished_media, // sound, pictures or data on a message stream on which no publish was allowed
  other_name,        // releaseStream, FCPublish or FCUnpublish name another stream than publish, or than one another
  spread_command,    // over kMaxGatedSpreadBytes from a command's first byte to its last
  too_many_streams,  // publishes or plays over kMaxGatedStreams
};

// A short sentence for a log; it quotes nothing of the client.
std::string_view to_string(GateFault fault);

// Chunks of others may stand between those of a command; so far they may spread it.
inline constexpr std::size_t kMaxGatedSpreadBytes = 32u << 10;
inline constexpr std::size_t kMaxGatedStreams = 16; // published in one session at a time, and as many played

// A publish or play that was allowed and has not ended.
struct StreamUse {
  std::uint32_t message_stream = 0;
  bool is_publish = false;  // otherwise it plays
  std::uint64_t number = 0; // that no other use of the gate has, 1 or more
  bool operator==(const StreamUse&) const = default;
};

// A message stream that the client has ended, whatever was on it.
struct StreamEnding {
  std::uint32_t message_stream = 0;
  std::uint64_t position = 0; // of the client's bytes: behind closeStream or deleteStream
  bool operator==(const StreamEnding&) const = default;
};

//   client's bytes:   ...... passed ......|publish ─────────|.......... not followed yet
//                                         passable_bytes()  followed_bytes()
//
// Follows everything that a client sends, for as long as its session lives, and says how much of it may pass to the
// media server. When one of the commands is complete, it is asking: nothing from the command's first byte on may pass
// until answer(), and nothing behind it is followed. What stands in front of it may pass at once. While a message that
// could become such a command is still coming, nothing from its first byte on may pass either.
//
// After publish was allowed, sound, pictures and data may pass on its message stream until deleteStream, closeStream or
// publish(false). What plays on a message stream ends likewise, or with the next play there. releaseStream and
// FCPublish are not asked about, but must name the same stream as the publish behind them, and FCUnpublish the same as
// them or as the last publish: SRS publishes under their name.
//
// What could mean two things to media servers is a fault: then nothing more may pass, ever.
//
// Memory: a table of chunk streams (up to 7 kB), commands under way (up to kMaxCommandBytes), and the texts of one
// connect and one command. Not thread-safe.
class StreamGate {
 public:
  enum class Begin : std::uint8_t {
    at_handshake,     // RTMPT: the first byte is C0, and connect is asked about
    at_own_handshake, // RTMP: the gateway's own handshake comes first. Connect has been asked about, and is only read
    behind_handshake, // the same without a handshake
  };

  explicit StreamGate(Begin begin);

  // Follows the next bytes and returns how many: all of them, unless it is asking or has a fault at the end. `media`
  // takes the messages.
  std::size_t feed(std::string_view bytes, PublishedMedia& media);

  std::uint64_t followed_bytes() const { return followed_; }
  // So many of the client's bytes may pass, counted from the first. Never less than before.
  std::uint64_t passable_bytes() const { return passable_; }

  // Whether a command waits for answer(). command() is valid then.
  bool is_asking() const { return is_asking_ && fault_ == GateFault::none; }
  const GatedCommand& command() const { return command_; }
  // Where that command begins, counted as passable_bytes(); and the chunk size now.
  std::uint64_t command_begin() const { return asked_begin_; }
  std::uint32_t chunk_size_bytes() const { return chunks_.chunk_size_bytes(); }
  // Of connect, once it was complete.
  const ConnectRequest& connect() const { return connect_; }

  // The command that it is asking about may pass. When it must not, the gate is not used any more. Returns the number
  // of the use that begins; 0 for a connect.
  std::uint64_t allow();

  // What the client publishes and plays, as far as it was allowed; at most 2 * kMaxGatedStreams.
  const std::vector<StreamUse>& uses() const { return uses_; }

  // The message streams that ended since the last call. Who asks seldom lets them gather. A use may end in uses() where
  // this says nothing: at another publish or play on its message stream, which some media servers ignore; at
  // publish(false); and at a deleteStream that names no number.
  std::vector<StreamEnding> take_endings() { return std::exchange(endings_, {}); }

  GateFault fault() const { return fault_; }

 private:
  std::size_t pass_handshake(std::string_view bytes);
  void take_message(PublishedMedia& media);
  void take_media(std::uint8_t type, PublishedMedia& media);
  void take_command();
  void take_connect(const RtmpCommand& connect);
  void take_publish(const std::string_view* name);
  void take_deletion(std::optional<std::uint32_t> message_stream);
  void take_announcement(std::string_view name);
  void take_end_of_announced(std::string_view name);
  void begin_asking(GatedKind kind, std::string_view name, double transaction_id);

  GateFault fault_of(std::uint8_t type, std::uint32_t message_stream) const;
  void look_at_unfinished();
  void update_passable();
  bool is_published(std::uint32_t message_stream) const;
  void end_uses(std::uint32_t message_stream);
  void end_stream(std::uint32_t message_stream);
  void end_play(std::uint32_t message_stream);
  std::size_t count_uses(bool is_publish) const;
  void fail(GateFault fault);
  std::uint64_t chunk_position(std::uint64_t begin) const { return begin + handshake_bytes_; }

  RtmpChunkReader chunks_ = RtmpChunkReader::strict();
  const Begin begin_;
  std::uint64_t handshake_bytes_ = 0; // in front of the chunks
  std::uint64_t followed_ = 0;
  std::uint64_t passable_ = 0;
  bool is_connected_ = false;
  bool is_asking_ = false;
  std::uint64_t asked_begin_ = 0;
  GatedCommand command_;
  ConnectRequest connect_;
  std::string announced_name_; // by releaseStream or FCPublish since the last publish
  bool has_announced_ = false;
  std::optional<std::string> last_published_; // the name of the last publish that was allowed
  std::vector<StreamUse> uses_;
  std::vector<StreamEnding> endings_;
  std::uint64_t last_use_ = 0; // its number
  GateFault fault_ = GateFault::none;
};

} // namespace rtmpt_proxy::protocol
