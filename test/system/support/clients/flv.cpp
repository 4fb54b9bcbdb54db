// SPDX-License-Identifier: Apache-2.0
#include "support/clients/flv.hpp"

namespace rtmpt_proxy::test {

namespace {

std::uint32_t big_endian_24(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 3; ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(i)]);
  return value;
}

// The size of the tag that begins `bytes`, with its trailer; 0 when its header is not there yet.
std::size_t tag_bytes(std::string_view bytes) {
  return bytes.size() < kFlvTagHeaderBytes ? 0 : kFlvTagHeaderBytes + big_endian_24(bytes.substr(1)) + 4;
}

std::uint32_t time_of(std::string_view tag) {
  return big_endian_24(tag.substr(4)) | static_cast<std::uint32_t>(static_cast<std::uint8_t>(tag[7])) << 24;
}

} // namespace

bool is_picture(std::string_view tag) {
  constexpr std::uint8_t kVideo = 9;
  constexpr std::uint8_t kH264 = 7;
  constexpr std::uint8_t kCodedPicture = 1;
  if (tag.size() < kFlvTagHeaderBytes + 2 || static_cast<std::uint8_t>(tag[0]) != kVideo) return false;
  const auto codec = static_cast<std::uint8_t>(tag[kFlvTagHeaderBytes]) & 0x0f;
  return codec == kH264 && static_cast<std::uint8_t>(tag[kFlvTagHeaderBytes + 1]) == kCodedPicture;
}

std::vector<FlvTag> read_flv(std::string_view file) {
  std::vector<FlvTag> tags;
  file.remove_prefix(kFlvHeaderBytes);
  for (auto size = tag_bytes(file); size != 0 && size <= file.size(); size = tag_bytes(file)) {
    tags.push_back({static_cast<std::uint8_t>(file[0]), time_of(file), std::string(file.substr(0, size))});
    file.remove_prefix(size);
  }
  return tags;
}

std::string with_time(const FlvTag& tag, std::uint32_t time_ms) {
  auto bytes = tag.bytes;
  bytes[4] = static_cast<char>(time_ms >> 16);
  bytes[5] = static_cast<char>(time_ms >> 8);
  bytes[6] = static_cast<char>(time_ms);
  bytes[7] = static_cast<char>(time_ms >> 24);
  return bytes;
}

void FlvCounter::feed(std::string_view bytes) {
  pending_ += bytes;
  std::string_view left = pending_;
  if (!header_seen_ && left.size() >= kFlvHeaderBytes) {
    header_seen_ = true;
    left.remove_prefix(kFlvHeaderBytes);
  }
  if (!header_seen_) return;
  for (auto size = tag_bytes(left); size != 0 && size <= left.size(); size = tag_bytes(left)) {
    ++tags_;
    const std::uint32_t time_ms = time_of(left);
    if (time_ms < last_time_ms_) ++steps_back_;
    last_time_ms_ = time_ms;
    if (is_picture(left)) {
      ++pictures_;
      if (on_picture_) on_picture_(left.substr(0, size));
    }
    left.remove_prefix(size);
  }
  pending_.erase(0, pending_.size() - left.size());
}

} // namespace rtmpt_proxy::test
