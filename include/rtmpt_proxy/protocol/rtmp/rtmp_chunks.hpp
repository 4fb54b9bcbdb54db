// RTMP's chunk stream (Adobe, "RTMP specification 1.0", 5.3), followed in one direction without a part in it: behind
// the handshake, whole commands come out, and everything else is counted and passed over.
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
inline constexpr std::size_t kMaxChunkStreams = 64;
inline constexpr std::size_t kMaxCommandBytes = 64u << 10; // of all commands that are under way

enum class ChunkError : std::uint8_t {
  none,
  too_many_chunk_streams, // over kMaxChunkStreams
  missing_header,         // fmt 2 or 3 begins a chunk stream, so length and type of the message are unknown
  message_changed,        // another length or type within a message (CVE-2016-10191)
  bad_chunk_size,         // Set Chunk Size to 0, or over 31 bits
  short_control_message,  // Set Chunk Size or Abort with fewer than 4 bytes
  command_too_large,      // over kMaxCommandBytes
};

// A short sentence for a log; it quotes nothing of the stream.
std::string_view to_string(ChunkError error);

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
  ChunkFeedResult feed(std::string_view bytes);

  // Of the message that feed() has just announced: its payload when it is a command with at least one byte, else empty.
  // Valid until the next feed().
  std::string_view command() const;
  // AMF3's message type (17), whose payload has one byte in front of AMF0; else AMF0's (20).
  bool is_amf3_command() const { return finished_ && streams_[*finished_].type == kAmf3Command; }

  ChunkError error() const { return error_; }

  // The memory behind the object.
  std::size_t held_bytes() const;

 private:
  static constexpr std::uint8_t kAmf3Command = 17;

  enum class Stage : std::uint8_t { basic, stream_id, header, extended_timestamp, repeated_timestamp, payload };

  struct ChunkStream {
    std::uint32_t id = 0;
    std::uint8_t type = 0;
    bool has_extended = false; // its last header had an extended timestamp
    std::uint32_t extended = 0;
    std::uint32_t length_bytes = 0;
    std::uint32_t left_bytes = 0; // of the message under way
    std::string kept;             // of that message, when it is a command or a control message
  };

  void take(std::uint8_t byte);
  void take_basic(std::uint8_t byte);
  void take_repeated(std::uint8_t byte);
  void expect(Stage stage, std::size_t bytes);
  void begin_chunk(std::uint32_t id);
  void end_header();
  bool announce(std::uint32_t length_bytes, std::uint8_t type);
  void begin_message();
  void begin_payload();
  void take_payload(std::string_view piece);
  void end_chunk();
  void end_message();
  void set_chunk_size(std::uint32_t bytes);
  void abort_message(std::uint32_t id);
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
  std::uint32_t chunk_size_ = kFirstChunkSizeBytes;
  std::uint32_t chunk_left_ = 0;
  std::uint8_t format_ = 0;
  Stage stage_ = Stage::basic;
  ChunkError error_ = ChunkError::none;
};

} // namespace rtmpt_proxy::protocol
