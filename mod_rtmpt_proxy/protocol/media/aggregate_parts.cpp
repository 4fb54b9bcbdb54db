// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/aggregate_parts.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kPartHeadBytes = 11;
constexpr std::size_t kBackPointerBytes = 4;

// False: a tag of this type is no part of a stream.
bool find_kind(std::uint8_t type, MediaKind& kind) {
  for (const MediaKind one : {MediaKind::audio, MediaKind::video, MediaKind::data})
    if (type_of(one) == type) {
      kind = one;
      return true;
    }
  return false;
}

} // namespace

void AggregateParts::begin(std::string_view payload, std::uint32_t time) {
  payload_ = payload;
  begin_ = 0;
  time_ = time;
}

bool AggregateParts::next(MediaMessage& message) {
  while (begin_ < payload_.size()) {
    ByteReader reader(payload_.substr(begin_));
    const std::uint32_t type_and_length = reader.u32();
    const std::uint32_t time = reader.u32();
    reader.raw(3);
    const std::size_t length_bytes = type_and_length & 0xffffff;
    const std::string_view payload = reader.raw(length_bytes);
    if (!reader.ok()) break;
    const std::uint32_t part_time = time >> 8 | time << 24; // the upper byte of a tag's time stands last
    if (begin_ == 0) offset_ = time_ - part_time;
    begin_ += kPartHeadBytes + length_bytes + kBackPointerBytes;
    if (!find_kind(static_cast<std::uint8_t>(type_and_length >> 24), message.kind)) continue;
    message.time = part_time + offset_;
    message.payload = payload;
    return true;
  }
  clear();
  return false;
}

} // namespace rtmpt_proxy::protocol
