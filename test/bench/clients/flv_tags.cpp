// SPDX-License-Identifier: Apache-2.0
#include "flv_tags.hpp"

#include <algorithm>
#include <cstdint>

namespace rtmpt_proxy::bench {

namespace {

constexpr std::uint8_t kAudio = 8;
constexpr std::uint8_t kVideo = 9;
constexpr std::uint8_t kScript = 18;
constexpr std::size_t kTrailerBytes = 4;
constexpr std::string_view kSignature = "FLV";

std::uint8_t byte_of(std::string_view bytes, std::size_t place) {
  return static_cast<std::uint8_t>(bytes[place]);
}

} // namespace

MediaCount FlvTags::feed(std::string_view bytes) {
  MediaCount count;
  while (!bytes.empty() && is_flv_) {
    if (head_bytes_ < kHeadBytes) {
      const std::size_t taken = bytes.copy(head_.data() + head_bytes_, kHeadBytes - head_bytes_);
      bytes.remove_prefix(taken);
      head_bytes_ += taken;
      if (head_bytes_ == kHeadBytes) begin_tag();
      continue;
    }
    const std::size_t passed = std::min(rest_bytes_, bytes.size());
    bytes.remove_prefix(passed);
    rest_bytes_ -= passed;
    if (rest_bytes_ > 0) break;
    count_tag(count);
    head_bytes_ = 0;
  }
  return count;
}

void FlvTags::begin_tag() {
  const std::string_view head(head_.data(), head_.size());
  if (!has_begun_) {
    has_begun_ = true;
    is_flv_ = head.starts_with(kSignature);
    head_bytes_ = 0;
    return;
  }
  const std::uint8_t type = byte_of(head, 0);
  body_bytes_ = std::size_t{byte_of(head, 1)} << 16 | std::size_t{byte_of(head, 2)} << 8 | byte_of(head, 3);
  is_flv_ = (type == kAudio || type == kVideo || type == kScript) && body_bytes_ >= 2;
  rest_bytes_ = test::kFlvTagHeaderBytes + body_bytes_ + kTrailerBytes - kHeadBytes;
}

void FlvTags::count_tag(MediaCount& count) const {
  const std::string_view head(head_.data(), head_.size());
  // The second byte of H.264 and AAC is 0 for the decoder's set-up and 1 for coded data.
  if (byte_of(head, 0) == kScript || byte_of(head, kHeadBytes - 1) != 1) return;
  ++count.tags;
  count.bytes += body_bytes_;
  if (test::is_picture(head)) ++count.pictures;
}

} // namespace rtmpt_proxy::bench
