// SPDX-License-Identifier: Apache-2.0
#include "protocol/websocket/opcodes.hpp"

#include <rtmpt_proxy/protocol/websocket/frame_reader.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::uint64_t kShortLength = 126; // 16 bits follow

} // namespace

std::string_view to_string(WebSocketError error) {
  switch (error) {
  case WebSocketError::none: return "no error";
  case WebSocketError::unmasked: return "a frame is not masked";
  case WebSocketError::reserved_bits: return "a frame has reserved bits";
  case WebSocketError::unknown_opcode: return "a frame has an unknown opcode";
  case WebSocketError::bad_control: return "a control frame is too long or in fragments";
  case WebSocketError::bad_fragments: return "a message begins within another, or goes on without one";
  case WebSocketError::bad_length: return "a frame's length is not written in the shortest way";
  case WebSocketError::too_large: return "a frame is larger than 65536 bytes";
  }
  return "unknown";
}

WebSocketClose WebSocketFrameReader::close_code() const {
  return error_ == WebSocketError::too_large ? WebSocketClose::too_big : WebSocketClose::protocol_error;
}

FrameFeedResult WebSocketFrameReader::feed(std::string_view bytes) {
  if (error_ != WebSocketError::none) return {FrameProgress::failed, 0};
  if (is_closed_) return {FrameProgress::close, bytes.size()};
  std::size_t consumed_bytes = 0;
  while (consumed_bytes < bytes.size()) {
    FrameProgress progress = FrameProgress::need_more;
    if (stage_ == Stage::payload) {
      consumed_bytes += take_payload(bytes.substr(consumed_bytes));
      if (taken_bytes_ == length_bytes_) progress = end_frame();
    } else {
      progress = take(static_cast<std::uint8_t>(bytes[consumed_bytes++]));
    }
    if (progress != FrameProgress::need_more) return {progress, consumed_bytes};
  }
  return {FrameProgress::need_more, consumed_bytes};
}

FrameProgress WebSocketFrameReader::take(std::uint8_t byte) {
  switch (stage_) {
  case Stage::first: return take_first(byte);
  case Stage::length: return take_length(byte);
  case Stage::more_length:
    length_bytes_ = length_bytes_ << 8 | byte;
    return ++field_bytes_ == field_end_ ? end_length() : FrameProgress::need_more;
  case Stage::mask:
    mask_[field_bytes_++] = byte;
    if (field_bytes_ < mask_.size()) return FrameProgress::need_more;
    stage_ = Stage::payload;
    return length_bytes_ == 0 ? end_frame() : FrameProgress::need_more;
  case Stage::payload: break;
  }
  return FrameProgress::need_more;
}

FrameProgress WebSocketFrameReader::take_first(std::uint8_t byte) {
  is_last_ = (byte & 0x80) != 0;
  opcode_ = byte & 15;
  payload_.clear();
  taken_bytes_ = 0;
  stage_ = Stage::length;
  if ((byte & 0x70) != 0) return fail(WebSocketError::reserved_bits);
  switch (opcode_) {
  case kCloseOpcode:
  case kPingOpcode:
  case kPongOpcode: return is_last_ ? FrameProgress::need_more : fail(WebSocketError::bad_control);
  case kContinuationOpcode:
    if (!in_message_) return fail(WebSocketError::bad_fragments);
    break;
  case kTextOpcode:
  case kBinaryOpcode:
    if (in_message_) return fail(WebSocketError::bad_fragments);
    break;
  default: return fail(WebSocketError::unknown_opcode);
  }
  in_message_ = !is_last_;
  return FrameProgress::need_more;
}

FrameProgress WebSocketFrameReader::take_length(std::uint8_t byte) {
  if ((byte & 0x80) == 0) return fail(WebSocketError::unmasked);
  length_bytes_ = byte & 0x7f;
  if (is_control() && length_bytes_ > kMaxControlPayloadBytes) return fail(WebSocketError::bad_control);
  field_bytes_ = 0;
  if (length_bytes_ < kShortLength) {
    field_end_ = 0;
    return end_length();
  }
  field_end_ = length_bytes_ == kShortLength ? 2 : 8;
  length_bytes_ = 0;
  stage_ = Stage::more_length;
  return FrameProgress::need_more;
}

FrameProgress WebSocketFrameReader::end_length() {
  const bool is_too_short =
      (field_end_ == 2 && length_bytes_ < kShortLength) || (field_end_ == 8 && length_bytes_ <= 0xffff);
  if (is_too_short || length_bytes_ >> 63 != 0) return fail(WebSocketError::bad_length);
  if (length_bytes_ > kMaxFrameBytes) return fail(WebSocketError::too_large);
  field_bytes_ = 0;
  stage_ = Stage::mask;
  return FrameProgress::need_more;
}

// Returns how many bytes belong to the frame.
std::size_t WebSocketFrameReader::take_payload(std::string_view bytes) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), length_bytes_ - taken_bytes_));
  if (is_control())
    for (std::size_t i = 0; i < count; ++i)
      payload_ += static_cast<char>(static_cast<std::uint8_t>(bytes[i]) ^ mask_[(taken_bytes_ + i) % mask_.size()]);
  taken_bytes_ += count;
  return count;
}

FrameProgress WebSocketFrameReader::end_frame() {
  stage_ = Stage::first;
  if (opcode_ == kPingOpcode) return FrameProgress::ping;
  is_closed_ = opcode_ == kCloseOpcode;
  return is_closed_ ? FrameProgress::close : FrameProgress::need_more;
}

FrameProgress WebSocketFrameReader::fail(WebSocketError error) {
  error_ = error;
  return FrameProgress::failed;
}

} // namespace rtmpt_proxy::protocol
