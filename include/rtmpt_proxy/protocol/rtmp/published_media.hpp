// SPDX-License-Identifier: Apache-2.0
// What a publisher sends: codecs, size, and when key frames come. From the first bytes of its messages (Adobe, "Video
// File Format Specification 10.1", E.4; Veovera, "Enhanced RTMP"):
//
//   sound    codec 4 bits ...                          data     "@setDataFrame", "onMetaData", {width, height, ...}
//   picture  0, type 3 bits, codec 4 bits              type 1: a key frame
//            1, type 3 bits, packet type 4 bits, FourCC of the codec
#pragma once

#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// The codec that a message of pictures or sound names in its first six bytes; that of all tracks, of several. One of
// the names that PublishedMedia tells; empty for a codec without one. Of a constant.
std::string_view video_codec_of(std::string_view message);
std::string_view audio_codec_of(std::string_view message);

// Not thread-safe.
class PublishedMedia {
 public:
  // Takes the message that `chunks` has just announced.
  void take(const RtmpChunkReader& chunks);

  // "h264", "hevc", "av1", "vp9", "aac", "opus" ...; empty while unknown.
  std::string_view video_codec() const { return video_codec_; }
  std::string_view audio_codec() const { return audio_codec_; }
  // In pixels; 0 while unknown. The publisher says so itself.
  std::uint32_t width() const { return width_; }
  std::uint32_t height() const { return height_; }
  // How many key frames have come.
  std::uint64_t key_frames() const { return key_frames_; }

 private:
  void take_video(std::string_view head);
  void take_audio(std::string_view head);
  void take_data(std::string_view message);

  std::string_view video_codec_; // of constants
  std::string_view audio_codec_; // likewise
  std::uint32_t width_ = 0;
  std::uint32_t height_ = 0;
  std::uint64_t key_frames_ = 0;
};

} // namespace rtmpt_proxy::protocol
