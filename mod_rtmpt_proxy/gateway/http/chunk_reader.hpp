// SPDX-License-Identifier: Apache-2.0
// Reads the body of a request with "Transfer-Encoding: chunked", strictly, and by the rules that httpd has for the
// requests it reads itself. It keeps no bytes, however they are divided into reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Not thread-safe. After `bad` or `too_large` the connection is lost.
class ChunkReader {
 public:
  enum class Progress : std::uint8_t {
    need_more, // feed more bytes, or allow more of the body
    piece,     // piece() is there; call again for what follows
    complete,  // the last chunk and the trailer have been read
    bad,       // malformed, or a line that is too long, or too many fields in the trailer
    too_large, // the chunks have more bytes than allowed
  };

  // The limits that httpd has by default, for fields of the trailer: LimitRequestFieldSize (8190, plus one byte) and
  // LimitRequestFields. A line before a chunk may be as long as a field.
  static constexpr std::size_t kMaxLineBytes = 8191;
  static constexpr std::size_t kMaxFields = 100;

  explicit ChunkReader(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // Reads from the front of `bytes` and adds the number of used bytes to `consumed_bytes`. A piece has at most
  // `most_piece_bytes`.
  Progress feed(std::string_view bytes, std::size_t& consumed_bytes, std::size_t most_piece_bytes);

  // After Progress::piece: points into the bytes last fed.
  std::string_view piece() const { return piece_; }

 private:
  enum class State : std::uint8_t {
    size,       // the digits of a chunk's size
    after_size, // blanks
    extension,
    size_end, // the LF behind a size or an extension
    data,
    data_end, // CR
    data_end_lf,
    line_start, // of the trailer
    name,
    value,
    line_end, // LF
    last_end, // LF of the empty line
    done,
    failed,
  };

  State next(State state, char byte);
  State next_of_size(char byte);
  State begin_data();
  State begin_line(char byte);
  State count_byte(State state);

  const std::uint64_t limit_bytes_;
  std::string_view piece_;
  State state_ = State::size;
  std::uint64_t chunk_bytes_ = 0; // of the chunk under way: its size, then what is left of it
  std::uint64_t body_bytes_ = 0;  // of all chunks that have begun
  std::size_t line_bytes_ = 0;    // of a size line, or of a field with all lines that continue it
  std::size_t fields_ = 0;
  bool too_large_ = false;
};

} // namespace rtmpt_proxy::gateway
