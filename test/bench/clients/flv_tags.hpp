// SPDX-License-Identifier: Apache-2.0
// FLV that comes in pieces, counted and not kept: a thousand viewers in one process do this.
#pragma once

#include "support/clients/flv.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace rtmpt_proxy::bench {

// Coded pictures and sound: not metadata, nor what sets up a decoder, which a server keeps for newcomers.
struct MediaCount {
  std::size_t tags = 0;
  std::size_t bytes = 0; // of the tags' bodies
  int pictures = 0;
};

class FlvTags {
 public:
  // Takes the next bytes, and returns what is complete with them. Takes nothing more when it is no FLV.
  MediaCount feed(std::string_view bytes);
  bool is_flv() const { return is_flv_; }

 private:
  // Of a tag: its header and the two bytes that say what its body is. The file's header is as long.
  static constexpr std::size_t kHeadBytes = test::kFlvTagHeaderBytes + 2;
  static_assert(kHeadBytes == test::kFlvHeaderBytes);

  void begin_tag();
  void count_tag(MediaCount& count) const;

  std::array<char, kHeadBytes> head_{};
  std::size_t head_bytes_ = 0; // how many of them are there
  std::size_t body_bytes_ = 0; // of the tag
  std::size_t rest_bytes_ = 0; // of it that have not come, the trailing size among them
  bool has_begun_ = false;     // the file's header has come
  bool is_flv_ = true;
};

} // namespace rtmpt_proxy::bench
