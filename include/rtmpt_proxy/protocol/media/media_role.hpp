// SPDX-License-Identifier: Apache-2.0
// What a message of sound or pictures is, from its first bytes (Adobe, "Video File Format Specification 10.1", E.4;
// Veovera, "Enhanced RTMP" v2):
//
//   picture   0, type 3 bits, codec 4 bits          h264 and hevc: 8 bits 0 = sequence header, 1 = pictures
//             1, type 3 bits, packet type 4 bits    FourCC; several tracks: 4 bits, packet type 4 bits, FourCC, track 8
//   sound     codec 4 bits, 4 bits                  AAC: 8 bits 0 = sequence header, 1 = sound
//             9, packet type 4 bits                 FourCC; several tracks: as above
#pragma once

#include <rtmpt_proxy/protocol/media/media_message.hpp>

#include <cstdint>

namespace rtmpt_proxy::protocol {

enum class MediaRole : std::uint8_t {
  // It has no content: an empty message, one that is too short for its kind, or the end of a sequence, which encoders
  // send when they leave, with a time behind which others have come; viewers may see the next one go on.
  nothing,
  sequence_header, // what a decoder needs before anything else; stays in force until the next one of its slot
  key_frame,
  other, // sound, and pictures that need others
};

struct MediaFacts {
  MediaRole role = MediaRole::other;
  // Which sequence header it is, of all of its kind: one takes the place of an earlier one of the same slot. 0 but for
  // streams with several tracks, and for further headers of a track.
  std::uint16_t slot = 0;
};

// Of sound or a picture. Data has MediaRole::other.
MediaFacts facts_of(MediaKind kind, std::string_view payload);

} // namespace rtmpt_proxy::protocol
