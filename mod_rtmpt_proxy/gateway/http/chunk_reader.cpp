// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/chunk_reader.hpp"

#include <algorithm>
#include <limits>

namespace rtmpt_proxy::gateway {

namespace {

constexpr int kNoDigit = -1;

int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return kNoDigit;
}

bool is_blank(char byte) {
  return byte == ' ' || byte == '\t';
}

// What may stand in an extension or in the value of a field: no control but the tab.
bool is_text(char byte) {
  constexpr unsigned char kFirstPrintable = 0x20, kDelete = 0x7f;
  const auto code = static_cast<unsigned char>(byte);
  return byte == '\t' || (code >= kFirstPrintable && code != kDelete);
}

// RFC 9110 5.6.2.
bool is_token(char byte) {
  const bool is_alphanumeric =
      (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  return is_alphanumeric || (byte != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(byte) != std::string_view::npos);
}

} // namespace

ChunkReader::Progress ChunkReader::feed(std::string_view bytes, std::size_t& consumed_bytes,
                                        std::size_t most_piece_bytes) {
  piece_ = {};
  for (std::size_t at = 0; at < bytes.size() && state_ != State::done && state_ != State::failed;) {
    if (state_ == State::data) {
      const std::uint64_t left = std::min<std::uint64_t>(chunk_bytes_, bytes.size() - at);
      piece_ = bytes.substr(at, std::min(static_cast<std::size_t>(left), most_piece_bytes));
      if (piece_.empty()) break;
      chunk_bytes_ -= piece_.size();
      consumed_bytes += piece_.size();
      if (chunk_bytes_ == 0) state_ = State::data_end;
      return Progress::piece;
    }
    state_ = next(state_, bytes[at]);
    ++at;
    ++consumed_bytes;
  }
  if (state_ == State::failed) return too_large_ ? Progress::too_large : Progress::bad;
  return state_ == State::done ? Progress::complete : Progress::need_more;
}

ChunkReader::State ChunkReader::next(State state, char byte) {
  switch (state) {
  case State::size: return next_of_size(byte);
  case State::after_size:
    if (is_blank(byte)) return count_byte(State::after_size);
    if (byte == ';') return count_byte(State::extension);
    return byte == '\r' ? State::size_end : State::failed;
  case State::extension:
    if (byte == '\r') return State::size_end;
    return is_text(byte) ? count_byte(State::extension) : State::failed;
  case State::size_end: return byte == '\n' ? begin_data() : State::failed;
  case State::data_end: return byte == '\r' ? State::data_end_lf : State::failed;
  case State::data_end_lf:
    line_bytes_ = 0;
    chunk_bytes_ = 0;
    return byte == '\n' ? State::size : State::failed;
  case State::line_start: return begin_line(byte);
  case State::name:
    if (byte == ':') return count_byte(State::value);
    return is_token(byte) ? count_byte(State::name) : State::failed;
  case State::value:
    if (byte == '\r') return State::line_end;
    return is_text(byte) ? count_byte(State::value) : State::failed;
  case State::line_end: return byte == '\n' ? State::line_start : State::failed;
  case State::last_end: return byte == '\n' ? State::done : State::failed;
  case State::data:
  case State::done:
  case State::failed: break;
  }
  return State::failed;
}

ChunkReader::State ChunkReader::next_of_size(char byte) {
  const int digit = hex_digit(byte);
  if (digit == kNoDigit) return line_bytes_ == 0 ? State::failed : next(State::after_size, byte);
  constexpr int kBitsOfDigit = 4;
  if (chunk_bytes_ > std::numeric_limits<std::uint64_t>::max() >> kBitsOfDigit) return State::failed;
  chunk_bytes_ = chunk_bytes_ << kBitsOfDigit | static_cast<std::uint64_t>(digit);
  return count_byte(State::size);
}

ChunkReader::State ChunkReader::begin_data() {
  if (chunk_bytes_ == 0) return State::line_start;
  too_large_ = chunk_bytes_ > limit_bytes_ - body_bytes_;
  if (too_large_) return State::failed;
  body_bytes_ += chunk_bytes_;
  return State::data;
}

ChunkReader::State ChunkReader::begin_line(char byte) {
  if (byte == '\r') return State::last_end;
  if (is_blank(byte) && fields_ > 0) return count_byte(State::value); // the field before goes on
  line_bytes_ = 0;
  return is_token(byte) && ++fields_ <= kMaxFields ? count_byte(State::name) : State::failed;
}

ChunkReader::State ChunkReader::count_byte(State state) {
  return ++line_bytes_ > kMaxLineBytes ? State::failed : state;
}

} // namespace rtmpt_proxy::gateway
