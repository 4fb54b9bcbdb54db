// SPDX-License-Identifier: Apache-2.0
// FLV, as HTTP and WebSocket viewers get it (Adobe, "Video File Format Specification 10.1", E.2 and E.3):
//
//   "FLV" 1  flags 1  9 as 4 bytes  0 as 4 bytes
//   tag: type 1  length 3  time 3  its upper byte 1  0 as 3 bytes  payload  11 + length as 4 bytes
#pragma once

#include <rtmpt_proxy/protocol/media/segment.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::size_t kFlvHeaderBytes = 13;

// The beginning of a stream that really has these: players wait for what is announced.
std::string flv_header(bool has_audio, bool has_video);

void append_flv_tag(std::string& out, MediaKind kind, std::uint32_t time, std::string_view payload);

// All messages of a segment as tags; metadata as flv_metadata() writes it.
std::string flv_tags(const Segment& segment);

// Headers as tags: for a viewer that goes on behind a gap, when they have changed there.
std::string flv_headers(const StreamHeaders& headers, bool has_audio, bool has_video, std::uint64_t time);

// What a viewer gets before its first segment: the beginning, metadata that says the truth about sound and pictures,
// and the sequence headers, with the time of the first message.
std::string flv_start(const StreamHeaders& headers, bool has_audio, bool has_video, std::uint64_t time);

} // namespace rtmpt_proxy::protocol
