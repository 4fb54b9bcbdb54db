// SPDX-License-Identifier: Apache-2.0
// What a stream is, for people who choose among several: its codecs, its size and its frame rate.
#pragma once

#include <rtmpt_proxy/protocol/media/segment.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace rtmpt_proxy::protocol {

struct MediaDescription {
  std::string video_codec; // "h264", "hevc" ...; empty: no pictures have come, or their codec has no name here
  std::string audio_codec; // "aac", "opus" ...; likewise
  std::uint32_t width = 0; // in pixels, as the publisher's metadata say; 0: not known
  std::uint32_t height = 0;
  std::uint32_t millihertz = 0; // pictures in 1000 seconds, as the metadata say; 0: not known
  bool operator==(const MediaDescription&) const = default;
};

// Follows the segments of one publisher. Not thread-safe.
class MediaDescriber {
 public:
  // Looks at a segment's headers when they are others than before, and at its messages while a codec is not known.
  void take(const Segment& segment);

  const MediaDescription& description() const { return description_; }

 private:
  void take_headers(const StreamHeaders& headers);

  std::shared_ptr<const StreamHeaders> headers_; // that were looked at
  MediaDescription description_;
};

} // namespace rtmpt_proxy::protocol
