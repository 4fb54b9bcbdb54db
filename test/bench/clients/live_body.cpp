// SPDX-License-Identifier: Apache-2.0
#include "live_body.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace rtmpt_proxy::bench {

namespace {

constexpr std::size_t kMostHeadBytes = 18; // the length of a chunk with 16 digits

std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes)
    value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

} // namespace

std::string_view LiveBody::next(std::string_view& bytes) {
  if (form_ == BodyForm::until_close || payload_bytes_ > 0) {
    const std::size_t most =
        form_ == BodyForm::until_close ? bytes.size() : std::min<std::uint64_t>(payload_bytes_, bytes.size());
    const std::string_view payload = bytes.substr(0, most);
    bytes.remove_prefix(most);
    if (form_ != BodyForm::until_close) payload_bytes_ -= most;
    return is_wanted_ ? payload : std::string_view();
  }
  head_ += bytes.front();
  bytes.remove_prefix(1);
  if (form_ == BodyForm::websocket)
    take_frame_head();
  else if (head_.back() == '\n')
    take_line_end();
  else if (head_.size() >= kMostHeadBytes)
    has_ended_ = true;
  return {};
}

// Behind a chunk there is an empty line.
void LiveBody::take_line_end() {
  if (head_ != "\r\n") {
    const char* const end = head_.data() + head_.size() - 2;
    const auto [stop, error] = std::from_chars(head_.data(), end, payload_bytes_, 16);
    has_ended_ = error != std::errc() || stop != end || payload_bytes_ == 0;
  }
  head_.clear();
}

//   byte 0: fin, opcode   byte 1: mask, length; 126: it is in the next two bytes; 127: in the next eight
void LiveBody::take_frame_head() {
  constexpr std::size_t kShort = 126;
  if (head_.size() < 2) return;
  const auto length = static_cast<std::uint8_t>(head_[1]);
  const std::size_t head_bytes = length < kShort ? 2 : length == kShort ? 4 : 10;
  if (head_.size() < head_bytes) return;
  const int opcode = head_[0] & 0x0f;
  constexpr int kContinuation = 0;
  constexpr int kBinary = 2;
  constexpr int kClose = 8;
  is_wanted_ = opcode == kContinuation || opcode == kBinary;
  payload_bytes_ = length < kShort ? length : number(std::string_view(head_).substr(2));
  has_ended_ = opcode == kClose || length > 127; // a server masks nothing
  head_.clear();
}

} // namespace rtmpt_proxy::bench
