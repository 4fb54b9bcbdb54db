// SPDX-License-Identifier: Apache-2.0
// FLV, as far as counting and pacing need it.
//
//   file:  "FLV" version flags u32(9) u32(0), then tags, each followed by its u32 size
//   tag:   u8 type (8 audio, 9 video, 18 script), u24 body bytes, u24+u8 time in ms, u24 stream, body
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

inline constexpr std::size_t kFlvHeaderBytes = 13;
inline constexpr std::size_t kFlvTagHeaderBytes = 11;

struct FlvTag {
  std::uint8_t type = 0;
  std::uint32_t time_ms = 0;
  std::string bytes; // header, body and the trailing size
};

// Whether the tag that begins `tag` is a coded H.264 picture: not its decoder's set-up nor an end of sequence, which a
// media server passes on or not as it likes.
bool is_picture(std::string_view tag);

// All complete tags of an FLV file.
std::vector<FlvTag> read_flv(std::string_view file);

// The same tag at another time.
std::string with_time(const FlvTag& tag, std::uint32_t time_ms);

// Told of each picture, with its whole tag.
using OnPicture = std::function<void(std::string_view tag)>;

// Counts the tags of an FLV byte stream that comes in pieces.
class FlvCounter {
 public:
  explicit FlvCounter(OnPicture on_picture = {}) : on_picture_(std::move(on_picture)) {}
  void feed(std::string_view bytes);
  int pictures() const { return pictures_; }
  int tags() const { return tags_; }
  // How many tags have an earlier time than the one before them.
  int steps_back() const { return steps_back_; }

 private:
  OnPicture on_picture_;
  std::string pending_;
  bool header_seen_ = false;
  int tags_ = 0;
  int pictures_ = 0;
  int steps_back_ = 0;
  std::uint32_t last_time_ms_ = 0;
};

} // namespace rtmpt_proxy::test
