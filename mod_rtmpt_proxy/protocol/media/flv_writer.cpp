// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/flv_writer.hpp>
#include <rtmpt_proxy/protocol/media/metadata.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kTagHeadBytes = 11;
constexpr std::size_t kTagEndBytes = 4;
constexpr std::uint8_t kAudioFlag = 4;
constexpr std::uint8_t kVideoFlag = 1;
constexpr std::uint8_t kHeadBytes = 9;

void put_u24(std::string& out, std::uint32_t value) {
  put_u8(out, static_cast<std::uint8_t>(value >> 16));
  put_u16(out, static_cast<std::uint16_t>(value));
}

void begin_tag(std::string& out, MediaKind kind, std::uint32_t time, std::size_t payload_bytes) {
  put_u8(out, type_of(kind));
  put_u24(out, static_cast<std::uint32_t>(payload_bytes));
  put_u24(out, time);
  put_u8(out, static_cast<std::uint8_t>(time >> 24));
  put_u24(out, 0);
}

void end_tag(std::string& out, std::size_t payload_bytes) {
  put_u32(out, static_cast<std::uint32_t>(kTagHeadBytes + payload_bytes));
}

static_assert(kMaxStreamDataBytes <= kWrittenChunkBytes, "data is in one chunk");

} // namespace

std::string flv_header(bool has_audio, bool has_video) {
  std::string out("FLV\x01", 4);
  put_u8(out, static_cast<std::uint8_t>((has_audio ? kAudioFlag : 0) | (has_video ? kVideoFlag : 0)));
  put_u32(out, kHeadBytes);
  put_u32(out, 0);
  return out;
}

void append_flv_tag(std::string& out, MediaKind kind, std::uint32_t time, std::string_view payload) {
  begin_tag(out, kind, time, payload.size());
  out += payload;
  end_tag(out, payload.size());
}

std::string flv_tags(const Segment& segment) {
  std::string out;
  std::size_t bytes = 0;
  for (const SegmentMessage& message : segment.messages)
    bytes += kTagHeadBytes + message.payload_bytes + kTagEndBytes;
  out.reserve(bytes);
  for (const SegmentMessage& message : segment.messages) {
    const std::string_view chunks = std::string_view(segment.rtmp).substr(message.payload_begin);
    const std::string_view data = message.kind == MediaKind::data ? chunks.substr(0, message.payload_bytes) : "";
    if (is_metadata(data)) {
      append_flv_tag(out, message.kind, message.time, flv_metadata(data, segment.has_sound, segment.has_pictures));
      continue;
    }
    begin_tag(out, message.kind, message.time, message.payload_bytes);
    for_each_piece(chunks, message.payload_bytes, message.time, [&out](std::string_view piece) { out += piece; });
    end_tag(out, message.payload_bytes);
  }
  return out;
}

std::string flv_headers(const StreamHeaders& headers, bool has_audio, bool has_video, std::uint64_t time) {
  const auto sent_time = static_cast<std::uint32_t>(time);
  std::string out;
  append_flv_tag(out, MediaKind::data, sent_time, flv_metadata(headers.metadata.view(), has_audio, has_video));
  for (const StreamHeaders::Header& header : headers.headers)
    append_flv_tag(out, header.kind, sent_time, header.payload.view());
  return out;
}

std::string flv_start(const StreamHeaders& headers, bool has_audio, bool has_video, std::uint64_t time) {
  return flv_header(has_audio, has_video) + flv_headers(headers, has_audio, has_video, time);
}

} // namespace rtmpt_proxy::protocol
