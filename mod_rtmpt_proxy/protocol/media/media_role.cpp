// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/media_role.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::uint8_t kKeyFrame = 1;
constexpr std::uint8_t kCommandFrame = 5;
constexpr std::uint8_t kH264 = 7;
constexpr std::uint8_t kHevc = 12; // not in the specification; encoders in China send it
constexpr std::uint8_t kAac = 10;
constexpr std::uint8_t kEnhancedAudio = 9;

// Packet types of enhanced RTMP. Those from `multitrack` on are the same for sound, `metadata` means channels there.
constexpr std::uint8_t kSequenceStart = 0;
constexpr std::uint8_t kSequenceEnd = 2;
constexpr std::uint8_t kVideoMetadata = 4;
constexpr std::uint8_t kTransportStreamStart = 5;
constexpr std::uint8_t kChannels = 4;
constexpr std::uint8_t kVideoMultitrack = 6;
constexpr std::uint8_t kAudioMultitrack = 5;
constexpr std::uint8_t kModifiers = 7;

constexpr int kMostModifiers = 8;
constexpr std::size_t kFourCcBytes = 4;

struct Packet {
  std::uint8_t type = 0;
  std::uint8_t track = 0;
  bool is_good = true;
};

// Passes over modifiers (nanoseconds of the time and the like), which stand in front of the packet's real type.
std::uint8_t pass_modifiers(ByteReader& reader, std::uint8_t type) {
  for (int i = 0; i < kMostModifiers && type == kModifiers && reader.ok(); ++i) {
    std::size_t size_bytes = std::size_t{reader.u8()} + 1;
    if (size_bytes == 256) size_bytes = std::size_t{reader.u16()} + 1;
    reader.raw(size_bytes);
    type = reader.u8() & 15;
  }
  return type;
}

// `type` stood in the first byte; `reader` stands behind that.
Packet read_packet(ByteReader& reader, std::uint8_t type, std::uint8_t multitrack) {
  Packet packet;
  packet.type = pass_modifiers(reader, type);
  if (packet.type == multitrack) {
    packet.type = reader.u8() & 15;
    reader.raw(kFourCcBytes);
    packet.track = reader.u8(); // the first of perhaps several
  } else {
    reader.raw(kFourCcBytes);
  }
  packet.is_good = reader.ok();
  return packet;
}

MediaFacts header_in_slot(const Packet& packet) {
  return {MediaRole::sequence_header, static_cast<std::uint16_t>(packet.track << 4 | packet.type)};
}

MediaFacts enhanced_video(std::string_view payload) {
  const auto first = static_cast<std::uint8_t>(payload.front());
  const std::uint8_t frame = (first >> 4) & 7;
  ByteReader reader(payload.substr(1));
  if (frame == kCommandFrame) return {};
  const Packet packet = read_packet(reader, first & 15, kVideoMultitrack);
  if (!packet.is_good) return {MediaRole::nothing};
  switch (packet.type) {
  case kSequenceStart:
  case kVideoMetadata:
  case kTransportStreamStart: return header_in_slot(packet);
  case kSequenceEnd: return {MediaRole::nothing};
  default: return {frame == kKeyFrame ? MediaRole::key_frame : MediaRole::other};
  }
}

MediaFacts video(std::string_view payload) {
  const auto first = static_cast<std::uint8_t>(payload.front());
  if (first >= 0x80) return enhanced_video(payload);
  const std::uint8_t frame = first >> 4;
  const std::uint8_t codec = first & 15;
  if (frame == kCommandFrame) return {};
  const bool has_header = codec == kH264 || codec == kHevc;
  if (has_header) {
    if (payload.size() < 5) return {MediaRole::nothing};
    if (payload[1] == 0) return {MediaRole::sequence_header};
    if (payload[1] != 1) return {MediaRole::nothing}; // the end of a sequence
  }
  return {frame == kKeyFrame ? MediaRole::key_frame : MediaRole::other};
}

MediaFacts audio(std::string_view payload) {
  const auto first = static_cast<std::uint8_t>(payload.front());
  if (first >> 4 == kEnhancedAudio) {
    ByteReader reader(payload.substr(1));
    const Packet packet = read_packet(reader, first & 15, kAudioMultitrack);
    if (!packet.is_good) return {MediaRole::nothing};
    if (packet.type == kSequenceEnd) return {MediaRole::nothing};
    return packet.type == kSequenceStart || packet.type == kChannels ? header_in_slot(packet) : MediaFacts{};
  }
  if (first >> 4 != kAac) return {};
  if (payload.size() < 2) return {MediaRole::nothing};
  return {payload[1] == 0 ? MediaRole::sequence_header : MediaRole::other};
}

} // namespace

MediaFacts facts_of(MediaKind kind, std::string_view payload) {
  if (payload.empty()) return {MediaRole::nothing};
  switch (kind) {
  case MediaKind::audio: return audio(payload);
  case MediaKind::video: return video(payload);
  case MediaKind::data: break;
  }
  return {};
}

} // namespace rtmpt_proxy::protocol
