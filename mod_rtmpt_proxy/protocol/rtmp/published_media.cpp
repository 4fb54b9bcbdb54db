// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/published_media.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

using CodecName = std::pair<std::string_view, std::string_view>; // FourCC, name

constexpr std::array kVideoFourCcs{CodecName{"avc1", "h264"}, CodecName{"hvc1", "hevc"}, CodecName{"av01", "av1"},
                                   CodecName{"vp09", "vp9"}, CodecName{"vp08", "vp8"}};
constexpr std::array kAudioFourCcs{CodecName{"mp4a", "aac"}, CodecName{"Opus", "opus"}, CodecName{"fLaC", "flac"},
                                   CodecName{"ac-3", "ac3"}, CodecName{"ec-3", "eac3"}, CodecName{".mp3", "mp3"}};

constexpr std::uint8_t kKeyFrame = 1;
constexpr std::uint8_t kExtendedAudio = 9;
constexpr std::uint8_t kVideoMultitrack = 6; // packet types of enhanced RTMP
constexpr std::uint8_t kAudioMultitrack = 5;
constexpr std::size_t kFourCcBytes = 4;
constexpr double kMostPixels = 65535;

template <std::size_t size>
std::string_view name_of(const std::array<CodecName, size>& codecs, std::string_view four_cc) {
  for (const auto& [code, name] : codecs)
    if (code == four_cc) return name;
  return {};
}

std::string_view old_video_codec(std::uint8_t codec) {
  switch (codec) {
  case 2: return "h263";
  case 4:
  case 5: return "vp6";
  case 7: return "h264";
  case 12: return "hevc"; // not in the specification; encoders in China send it
  default: return {};
  }
}

std::string_view old_audio_codec(std::uint8_t codec) {
  switch (codec) {
  case 2:
  case 14: return "mp3";
  case 7: return "pcma";
  case 8: return "pcmu";
  case 10: return "aac";
  case 11: return "speex";
  default: return {};
  }
}

std::uint32_t pixels(double number) {
  return number >= 1 && number <= kMostPixels ? static_cast<std::uint32_t>(number) : 0;
}

// Behind the first byte; enhanced RTMP's packet type of several tracks is followed by their own before it.
std::string_view four_cc_of(std::string_view message, std::uint8_t multitrack) {
  const bool has_tracks = (static_cast<std::uint8_t>(message.front()) & 15) == multitrack;
  return message.substr(std::min<std::size_t>(has_tracks ? 2 : 1, message.size()), kFourCcBytes);
}

} // namespace

std::string_view video_codec_of(std::string_view message) {
  if (message.empty()) return {};
  const auto first = static_cast<std::uint8_t>(message.front());
  return first >= 0x80 ? name_of(kVideoFourCcs, four_cc_of(message, kVideoMultitrack)) : old_video_codec(first & 15);
}

std::string_view audio_codec_of(std::string_view message) {
  if (message.empty()) return {};
  const auto first = static_cast<std::uint8_t>(message.front());
  return first >> 4 == kExtendedAudio ? name_of(kAudioFourCcs, four_cc_of(message, kAudioMultitrack))
                                      : old_audio_codec(first >> 4);
}

void PublishedMedia::take(const RtmpChunkReader& chunks) {
  const std::string_view head = chunks.head();
  if (head.empty()) return;
  switch (chunks.message_type()) {
  case kVideoMessage: return take_video(head);
  case kAudioMessage: return take_audio(head);
  case kAmf0DataMessage: return take_data(head);
  default: return;
  }
}

void PublishedMedia::take_video(std::string_view head) {
  const auto first = static_cast<std::uint8_t>(head.front());
  if (((first >> 4) & 7) == kKeyFrame) ++key_frames_;
  const std::string_view codec = video_codec_of(head);
  if (!codec.empty()) video_codec_ = codec;
}

void PublishedMedia::take_audio(std::string_view head) {
  const std::string_view codec = audio_codec_of(head);
  if (!codec.empty()) audio_codec_ = codec;
}

// The message may be cut: what stands in front is read.
void PublishedMedia::take_data(std::string_view message) {
  Amf0Reader reader(message);
  bool is_metadata = false;
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next()) {
    if (token.kind == Amf0Kind::string && token.depth == 0) is_metadata = is_metadata || token.text == "onMetaData";
    if (!is_metadata || token.kind != Amf0Kind::number || token.depth != 1) continue;
    if (token.name == "width") width_ = pixels(token.number);
    if (token.name == "height") height_ = pixels(token.number);
  }
}

} // namespace rtmpt_proxy::protocol
