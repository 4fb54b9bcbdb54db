// SPDX-License-Identifier: Apache-2.0
#include "protocol/messages/gateway_message_codec.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>
#include <rtmpt_proxy/protocol/text/wipe.hpp>

namespace rtmpt_proxy::protocol {

namespace {

// A larger allocation is given back once the frame that needed it is gone.
constexpr std::size_t kKeptCapacityBytes = 32u << 10;

struct FrameHeader {
  std::size_t payload_bytes = 0;
  std::uint8_t type = 0;
  FrameError error = FrameError::none;
};

FrameHeader read_header(std::string_view bytes, std::size_t max_payload_bytes) {
  ByteReader reader(bytes.substr(0, kFrameHeaderBytes));
  FrameHeader header;
  header.payload_bytes = reader.u32();
  header.type = reader.u8();
  const std::uint8_t reserved_first = reader.u8();
  const std::uint16_t reserved_rest = reader.u16();
  if (header.payload_bytes > max_payload_bytes) {
    header.error = FrameError::too_large;
  } else if (reserved_first != 0 || reserved_rest != 0) {
    header.error = FrameError::reserved_bits;
  } else if (!is_message_type(header.type)) {
    header.error = FrameError::unknown_type;
  }
  return header;
}

// So that the frame never grows, and leaves no copy of its beginning.
std::size_t most_frame_bytes(const TlsServers& message) {
  std::size_t bytes = kFrameHeaderBytes + 2;
  for (const TlsServer& server : message.servers)
    bytes += most_encoded_bytes(server);
  return bytes;
}

} // namespace

std::string_view to_string(FrameError error) {
  switch (error) {
  case FrameError::none: return "the frame is good";
  case FrameError::need_more: return "the frame is not complete yet";
  case FrameError::too_large: return "the frame's payload is over its limit";
  case FrameError::reserved_bits: return "the frame's reserved bytes are not zero";
  case FrameError::unknown_type: return "the frame's type is unknown";
  case FrameError::malformed: return "the frame's fields are missing, surplus or out of their range";
  }
  return "the frame has an unknown error";
}

std::string_view to_string(Refusal reason) {
  switch (reason) {
  case Refusal::backend_unreachable: return "backend unreachable";
  case Refusal::backend_timeout: return "backend timeout";
  case Refusal::gateway_full: return "gateway full";
  case Refusal::gateway_retiring: return "gateway retiring";
  case Refusal::too_many_sessions: return "too many sessions";
  case Refusal::too_many_sessions_of_client: return "too many sessions of the client";
  case Refusal::backend_drained: return "backend drained";
  case Refusal::backend_not_tried: return "backend not tried";
  case Refusal::client_gone: return "client gone";
  case Refusal::banned: return "client banned";
  case Refusal::too_many_viewers: return "too many viewers";
  }
  return "unknown";
}

std::string encode(const GatewayMessage& message) {
  std::string frame;
  if (const auto* const secret = std::get_if<TlsServers>(&message)) frame.reserve(most_frame_bytes(*secret));
  frame.assign(kFrameHeaderBytes, '\0');
  append_payload(frame, message);
  std::string header;
  put_u32(header, static_cast<std::uint32_t>(frame.size() - kFrameHeaderBytes));
  put_u8(header, message_type(message));
  frame.replace(0, header.size(), header);
  return frame;
}

void FrameReader::feed(std::string_view bytes) {
  if (failed_ != FrameError::none) return;
  if (wipes_)
    append_and_wipe(buffer_, bytes);
  else
    buffer_.append(bytes);
}

FrameError FrameReader::next(GatewayMessage& message) {
  if (failed_ != FrameError::none) return failed_;
  const FrameError error = take_frame(message);
  if (error == FrameError::none) {
    forget_read_bytes();
  } else if (error != FrameError::need_more) {
    failed_ = error;
    if (wipes_) wipe(buffer_);
    std::string().swap(buffer_); // nothing will read it again; an assignment would keep the memory
  }
  return error;
}

FrameError FrameReader::take_frame(GatewayMessage& message) {
  const std::string_view unread = std::string_view(buffer_).substr(consumed_bytes_);
  if (unread.size() < kFrameHeaderBytes) return FrameError::need_more;
  const FrameHeader header = read_header(unread, max_payload_bytes_);
  if (header.error != FrameError::none) return header.error;
  if (unread.size() - kFrameHeaderBytes < header.payload_bytes) return FrameError::need_more;
  const std::string_view payload = unread.substr(kFrameHeaderBytes, header.payload_bytes);
  if (!decode_payload(header.type, payload, message)) return FrameError::malformed;
  consumed_bytes_ += kFrameHeaderBytes + header.payload_bytes;
  return FrameError::none;
}

// Begins anew with the rest, so that nothing of what was read stays behind it.
void FrameReader::wipe_read_bytes() {
  std::string rest = buffer_.substr(consumed_bytes_);
  wipe(buffer_);
  buffer_.swap(rest); // an assignment would keep the memory
  consumed_bytes_ = 0;
}

// Moves the rest to the front once that costs no more than what was read since the last move.
void FrameReader::forget_read_bytes() {
  if (wipes_) return wipe_read_bytes();
  if (consumed_bytes_ < buffer_.size() - consumed_bytes_) return;
  buffer_.erase(0, consumed_bytes_);
  consumed_bytes_ = 0;
  if (buffer_.capacity() > kKeptCapacityBytes && buffer_.size() < buffer_.capacity() / 4) buffer_.shrink_to_fit();
}

} // namespace rtmpt_proxy::protocol
