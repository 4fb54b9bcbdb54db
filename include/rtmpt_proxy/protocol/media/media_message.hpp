// SPDX-License-Identifier: Apache-2.0
// One message of a stream, as publishers send it and viewers get it.
#pragma once

#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class MediaKind : std::uint8_t { audio, video, data };
inline constexpr std::size_t kMediaKinds = 3;

// The type of the message in RTMP, and of the tag in FLV: they are the same.
constexpr std::uint8_t type_of(MediaKind kind) {
  return kind == MediaKind::audio ? 8 : kind == MediaKind::video ? 9 : 18;
}

struct MediaMessage {
  MediaKind kind = MediaKind::data;
  std::uint32_t time = 0;   // ms; goes round after 2^32
  std::string_view payload; // not owned
};

} // namespace rtmpt_proxy::protocol
