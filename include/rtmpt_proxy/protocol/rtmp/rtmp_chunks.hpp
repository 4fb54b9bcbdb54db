// SPDX-License-Identifier: Apache-2.0
// RTMP's chunk stream (Adobe, "RTMP specification 1.0", 5.3), read in one direction from behind the handshake. Whole
// commands come out, and the beginnings of other messages; or, for who serves the client, all of every message.
//
//   basic header 1 to 3 bytes   message header                                        extended timestamp   payload
//   ┌─────┬───────────────────┬───────────────────────────────────────────────────────┬────────────────────┬─────────
//   │ fmt │ chunk stream id   │ fmt 0  time 3, length 3, type 1, message stream id 4  │ 4 bytes, where the │ at most
//   │ 2 b │ 6 bits; 0: 1 more │ fmt 1  delta 3, length 3, type 1                      │ time is FF FF FF   │ a chunk
//   │     │ byte, 1: 2 more,  │ fmt 2  delta 3                                        │ (fmt 3: perhaps    │
//   │     │ + 64              │ fmt 3  nothing: as before, or the message goes on     │ again)             │
//   └─────┴───────────────────┴───────────────────────────────────────────────────────┴────────────────────┴─────────
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::protocol {

inline constexpr std::uint32_t kFirstChunkSizeBytes = 128;
// A message has no more than 24 bits for its length: a larger chunk size means the same.
inline constexpr std::uint32_t kMaxChunkSizeBytes = 1u << 24;
// What a client may announce, see ChunkRules: media servers differ in what smaller, larger and shrinking ones mean.
inline constexpr std::uint32_t kMinClientChunkSizeBytes = kFirstChunkSizeBytes;
inline constexpr std::uint32_t kMaxClientChunkSizeBytes = 10u << 20; // nginx-rtmp ignores larger ones
inline constexpr std::size_t kMaxChunkStreams = 64;
inline constexpr std::size_t kMaxCommandBytes = 64u << 10; // of all commands and data that are under way
inline constexpr std::size_t kMaxDataBytes = 2048;         // so much of a data message is kept
inline constexpr std::size_t kMediaHeadBytes = 5;          // so much of a message with sound or a picture

// Types of messages (Adobe, "RTMP specification 1.0", 7.1).
inline constexpr std::uint8_t kSetChunkSizeMessage = 1;
inline constexpr std::uint8_t kAbortMessage = 2;
inline constexpr std::uint8_t kAcknowledgementMessage = 3;
inline constexpr std::uint8_t kUserControlMessage = 4;
inline constexpr std::uint8_t kWindowSizeMessage = 5;
inline constexpr std::uint8_t kPeerBandwidthMessage = 6;
inline constexpr std::uint8_t kAudioMessage = 8;
inline constexpr std::uint8_t kVideoMessage = 9;
inline constexpr std::uint8_t kAmf3DataMessage = 15;
inline constexpr std::uint8_t kAmf3SharedObjectMessage = 16;
inline constexpr std::uint8_t kAmf3CommandMessage = 17;
inline constexpr std::uint8_t kAmf0DataMessage = 18;
inline constexpr std::uint8_t kAmf0SharedObjectMessage = 19;
inline constexpr std::uint8_t kAmf0CommandMessage = 20;
inline constexpr std::uint8_t kAggregateMessage = 22;

enum class ChunkError : std::uint8_t {
  none,
  too_many_chunk_streams, // over kMaxChunkStreams
  missing_header,         // fmt 2 or 3 begins a chunk stream, so length and type of the message are unknown
  message_changed,        // another length, type or message stream within a message (CVE-2016-10191)
  header_in_message,      // fmt 0, 1 or 2 within a message: see ChunkRules
  bad_chunk_size,         // Set Chunk Size to 0, or over 31 bits
  unclear_chunk_size,     // Set Chunk Size that media servers read differently: see ChunkRules
  short_control_message,  // Set Chunk Size or Abort with fewer than 4 bytes
  command_too_large,      // over kMaxCommandBytes
  unclear_timestamp,      // see ChunkRules
  payload_too_large,      // over what RtmpChunkReader::whole() allows
};

// A short sentence for a log; it quotes nothing of the stream.
std::string_view to_string(ChunkError error);

// What of RTMP is taken, so that nothing can mean one thing here and another thing to a media server. Each has all
// rules of those in front of it.
enum class ChunkRules : std::uint8_t {
  // All that can be read: for who only tells what it sees, and for what media servers send.
  lenient,
  // Within a message only chunks of fmt 3: nginx-rtmp keeps an extended timestamp behind a header without one. Chunk
  // sizes from kMinClientChunkSizeBytes to kMaxClientChunkSizeBytes that never shrink, announced by 4 bytes: nginx-rtmp
  // ignores others, or loses what it has read. All known clients keep to this.
  client,
  // A repeated timestamp, see RtmpChunkReader, is equal to the last one: some media servers always take four bytes.
  // Nothing but sound and pictures has an extended timestamp where a chunk of fmt 3 could repeat it: nginx-rtmp with
  // "publish_time_fix off" never expects it there. No other message is under way when the chunk size changes.
  strict,
};

enum class ChunkProgress : std::uint8_t {
  need_more, // no error: feed what comes next
  message,   // a message is complete; command() has it when it is a command
  failed,    // see error(); stays
};

struct ChunkFeedResult {
  ChunkProgress progress = ChunkProgress::need_more;
  std::size_t consumed_bytes = 0; // of the piece just fed; after a message the rest must be fed again
};

// Reads one direction from its first chunk on, in pieces of any size. Never allocates by a length that was announced.
// Not thread-safe.
//
// Whether a chunk of fmt 3 within a message repeats the extended timestamp is told by its bytes: they repeat it when
// they are equal to the last one. A chunk of fmt 3 that begins a message always has it (5.3.1.3, and all known
// senders).
class RtmpChunkReader {
 public:
  RtmpChunkReader() = default;
  explicit RtmpChunkReader(ChunkRules rules) : rules_(rules) {}
  static RtmpChunkReader strict() { return RtmpChunkReader(ChunkRules::strict); }
  // Keeps whole messages: see payload(). All that are under way have at most `limit_bytes` together, commands not
  // counted.
  static RtmpChunkReader whole(std::size_t limit_bytes) {
    RtmpChunkReader reader;
    reader.set_payload_limit(limit_bytes);
    return reader;
  }
  // For a reader of whole messages: the limit from now on. Messages under way that are larger fail with their next
  // byte.
  void set_payload_limit(std::size_t limit_bytes) { payload_limit_bytes_ = limit_bytes; }

  ChunkFeedResult feed(std::string_view bytes);

  // Of the message that feed() has just announced: its payload when it is a command with at least one byte, else empty.
  // Valid until the next feed().
  std::string_view command() const;
  // AMF3's message type (17), whose payload has one byte in front of AMF0; else AMF0's (20).
  bool is_amf3_command() const { return finished_ && streams_[*finished_].type == kAmf3CommandMessage; }

  // Also of that message: its type; 0 when there is none.
  std::uint8_t message_type() const { return finished_ ? streams_[*finished_].type : std::uint8_t{0}; }
  // The first kMediaHeadBytes of sound or a picture, or the first kMaxDataBytes of data or a shared object; fewer when
  // the message is shorter, or when commands under way left no room: then head_is_lost(). Else empty. Valid until the
  // next feed().
  std::string_view head() const;
  bool head_is_lost() const { return finished_ && streams_[*finished_].is_lost; }
  // All of its payload, when whole() made the reader and its type is one of this file that is neither a command's nor
  // Set Chunk Size or Abort; else empty. Valid until the next feed().
  std::string_view payload() const;
  // When it is to be shown, in ms of the sender's clock; it goes round after 2^32. A chunk of fmt 3 that begins a
  // message adds the last delta once more; behind fmt 0 that is the time of fmt 0 itself (5.3.1.2.4).
  std::uint32_t timestamp() const { return finished_ ? streams_[*finished_].time : 0; }
  // Its message stream; 0 when there is no message.
  std::uint32_t message_stream() const { return finished_ ? streams_[*finished_].message_stream : 0; }
  // Where its first chunk begins, counted in bytes from the first one that was fed. 0 when there is no message.
  std::uint64_t message_begin() const { return finished_ ? streams_[*finished_].message_begin : 0; }

  // A message that has begun and is not complete.
  struct Unfinished {
    std::uint8_t type = 0;
    std::uint32_t message_stream = 0;
    std::uint64_t begin = 0; // as message_begin()
    std::string_view kept;   // what has come of a command, of data or of a shared object; valid until the next feed()
  };
  // Calls `visit` with each, in no order.
  template <class Visit>
  void for_each_unfinished(const Visit& visit) const {
    for (const ChunkStream& stream : streams_)
      if (stream.left_bytes > 0)
        visit(Unfinished{stream.type, stream.message_stream, stream.message_begin, stream.kept});
  }
  // Where the chunk begins of whose header only a part has come; else position().
  std::uint64_t header_begin() const;
  // How many bytes were fed.
  std::uint64_t position() const { return position_; }

  // As the sender has announced it last, or kFirstChunkSizeBytes.
  std::uint32_t chunk_size_bytes() const { return chunk_size_; }

  ChunkError error() const { return error_; }

  // The memory behind the object.
  std::size_t held_bytes() const;

 private:
  enum class Stage : std::uint8_t { basic, stream_id, header, extended_timestamp, repeated_timestamp, payload };

  struct ChunkStream {
    std::uint32_t id = 0;
    std::uint8_t type = 0;
    bool has_extended = false; // its last header had an extended timestamp
    bool is_lost = false;      // see head_is_lost()
    std::uint32_t extended = 0;
    std::uint32_t time = 0;  // see timestamp()
    std::uint32_t delta = 0; // what the next chunk of fmt 3 adds
    std::uint32_t length_bytes = 0;
    std::uint32_t message_stream = 0;
    std::uint32_t left_bytes = 0;             // of the message under way
    std::uint64_t message_begin = 0;          // see message_begin()
    std::string kept;                         // of that message, when it is a command, data or a control message
    std::array<char, kMediaHeadBytes> head{}; // of sound and pictures
  };

  void take(std::uint8_t byte);
  void take_basic(std::uint8_t byte);
  void take_repeated(std::uint8_t byte);
  void expect(Stage stage, std::size_t bytes);
  void begin_chunk(std::uint32_t id);
  void end_header();
  void take_time();
  bool announce(std::uint32_t length_bytes, std::uint8_t type, std::uint32_t message_stream);
  void begin_message();
  void begin_payload();
  void take_payload(std::string_view piece);
  void end_chunk();
  void end_message();
  void set_chunk_size(std::uint32_t bytes);
  bool is_clear_chunk_size(std::uint32_t bytes) const;
  bool has_unclear_timestamp() const;
  void abort_message(std::uint32_t id);
  void keep_data(ChunkStream& stream, std::string_view piece);
  void keep_payload(ChunkStream& stream, std::string_view piece);
  bool keeps_whole(std::uint8_t type) const;
  void forget_kept(ChunkStream& stream);
  void forget_finished();
  void fail(ChunkError error) { error_ = error; }

  std::size_t place_of(std::uint32_t id) const;
  ChunkStream& current() { return streams_[current_]; }
  std::uint32_t field(std::size_t begin, std::size_t bytes) const;

  std::vector<ChunkStream> streams_; // in the order they were first used
  std::size_t current_ = 0;
  std::optional<std::size_t> finished_; // whose message is complete; until the next feed()
  std::array<std::uint8_t, 11> field_{};
  std::size_t field_bytes_ = 0;
  std::size_t field_end_ = 0;
  std::string replay_; // bytes that looked like a repeated timestamp but were payload; at most 4
  std::size_t kept_bytes_ = 0;
  std::size_t payload_bytes_ = 0;       // of whole messages
  std::size_t payload_limit_bytes_ = 0; // 0: only beginnings are kept
  std::uint64_t position_ = 0;
  std::uint64_t chunk_begin_ = 0; // of the chunk under way
  std::uint32_t chunk_size_ = kFirstChunkSizeBytes;
  std::uint32_t chunk_left_ = 0;
  std::uint8_t format_ = 0;
  bool begins_message_ = false; // the chunk under way
  ChunkRules rules_ = ChunkRules::lenient;
  Stage stage_ = Stage::basic;
  ChunkError error_ = ChunkError::none;
};

} // namespace rtmpt_proxy::protocol
