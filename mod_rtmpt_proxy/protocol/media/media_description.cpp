// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/media_description.hpp>
#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/published_media.hpp>

#include <cmath>

namespace rtmpt_proxy::protocol {

namespace {

constexpr double kMostPixels = 65535;
constexpr double kMostHertz = 1000;

// A publisher may say any number, also none at all (NaN), which is in no range.
std::uint32_t rounded_within(double number, double least, double most, double factor) {
  return number >= least && number <= most ? static_cast<std::uint32_t>(std::lround(number * factor)) : 0;
}

void take_metadata(std::string_view metadata, MediaDescription& description) {
  Amf0Reader reader(metadata);
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next()) {
    if (token.kind != Amf0Kind::number || token.depth != 1) continue;
    if (token.name == "width") description.width = rounded_within(token.number, 1, kMostPixels, 1);
    if (token.name == "height") description.height = rounded_within(token.number, 1, kMostPixels, 1);
    if (token.name == "framerate") description.millihertz = rounded_within(token.number, 0.001, kMostHertz, 1000);
  }
}

void take_codec(MediaKind kind, std::string_view payload, MediaDescription& description) {
  const std::string_view codec = kind == MediaKind::video   ? video_codec_of(payload)
                                 : kind == MediaKind::audio ? audio_codec_of(payload)
                                                            : std::string_view();
  if (!codec.empty()) (kind == MediaKind::video ? description.video_codec : description.audio_codec) = codec;
}

bool lacks_codec(const MediaDescription& description, MediaKind kind) {
  if (kind == MediaKind::video) return description.video_codec.empty();
  return kind == MediaKind::audio && description.audio_codec.empty();
}

} // namespace

void MediaDescriber::take(const Segment& segment) {
  if (segment.headers && segment.headers != headers_) take_headers(*segment.headers);
  headers_ = segment.headers;
  for (const SegmentMessage& message : segment.messages)
    if (lacks_codec(description_, message.kind))
      take_codec(message.kind, std::string_view(segment.rtmp).substr(message.payload_begin, message.payload_bytes),
                 description_);
}

void MediaDescriber::take_headers(const StreamHeaders& headers) {
  if (!headers_ || headers_->metadata.view() != headers.metadata.view()) {
    description_.width = description_.height = description_.millihertz = 0;
    take_metadata(headers.metadata.view(), description_);
  }
  // The first track's, of several.
  for (const MediaKind kind : {MediaKind::video, MediaKind::audio})
    for (const StreamHeaders::Header& header : headers.headers)
      if (header.kind == kind) {
        take_codec(kind, header.payload.view(), description_);
        break;
      }
}

} // namespace rtmpt_proxy::protocol
