// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/flv_writer.hpp>
#include <rtmpt_proxy/protocol/media/segment.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>
#include <rtmpt_proxy/protocol/websocket/frame_writer.hpp>

#include <array>
#include <charconv>

namespace rtmpt_proxy::protocol {

namespace {

std::uint8_t chunk_stream_of(MediaKind kind) {
  switch (kind) {
  case MediaKind::audio: return kAudioChunkStream;
  case MediaKind::video: return kVideoChunkStream;
  case MediaKind::data: break;
  }
  return kDataChunkStream;
}

} // namespace

FlvForm flv_form(std::string_view tags) {
  FlvForm form;
  form.tags_bytes = tags.size();
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), tags.size(), 16);
  form.chunk.reserve(tags.size() + digits.size());
  form.chunk.append(digits.data(), end).append("\r\n");
  form.tags_begin = form.chunk.size();
  form.chunk.append(tags).append("\r\n");
  form.websocket_header = binary_frame_header(tags.size());
  return form;
}

const FlvForm& Segment::flv() const {
  std::call_once(flv_made_, [this] {
    flv_ = flv_form(flv_tags(*this));
    flv_bytes_.store(flv_.chunk.size(), std::memory_order_relaxed);
  });
  return flv_;
}

std::size_t Segment::bytes() const {
  return rtmp.size() + messages.size() * sizeof(SegmentMessage) + header_bytes;
}

std::size_t Segment::held_bytes() const {
  return bytes() + flv_bytes_.load(std::memory_order_relaxed);
}

void append_to(Segment& segment, MediaKind kind, std::uint32_t time, std::string_view payload) {
  const MessageHead head{chunk_stream_of(kind), type_of(kind), kViewersMessageStream, time};
  const std::size_t begin = segment.rtmp.size();
  append_message(segment.rtmp, head, payload);
  segment.messages.push_back({static_cast<std::uint32_t>(begin + message_bytes(head, 0)),
                              static_cast<std::uint32_t>(payload.size()), time, kind});
  if (kind == MediaKind::video) ++segment.pictures;
}

SharedSegment start_of_viewer(const StreamHeaders& headers, std::uint64_t time) {
  const std::string_view metadata = headers.metadata.view();
  if (metadata.empty() && headers.headers.empty()) return nullptr;
  auto start = std::make_shared<Segment>();
  start->time = time;
  const auto sent_time = static_cast<std::uint32_t>(time);
  if (!metadata.empty()) append_to(*start, MediaKind::data, sent_time, metadata);
  for (const StreamHeaders::Header& header : headers.headers)
    append_to(*start, header.kind, sent_time, header.payload.view());
  return start;
}

} // namespace rtmpt_proxy::protocol
