// SPDX-License-Identifier: Apache-2.0
// The data message onMetaData, by which a publisher describes its stream:
//
//   from publishers:  "@setDataFrame", "onMetaData", {width, height, ...}      to viewers:  "onMetaData", {...}
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Data messages are not passed on when they are larger.
inline constexpr std::size_t kMaxStreamDataBytes = 32768;

// What viewers get of a publisher's data message: all of it, without "@setDataFrame" in front. Empty when it is too
// large or is no AMF0 that begins with a name, which no player could use. Points into `payload`.
std::string_view stream_data(std::string_view payload);

// Whether such data is onMetaData.
bool is_metadata(std::string_view data);

// onMetaData for FLV: the numbers, booleans and texts of `metadata`, which may be empty, with a right hasAudio and
// hasVideo and without what describes a file: its duration, its size, its key frames.
std::string flv_metadata(std::string_view metadata, bool has_audio, bool has_video);

} // namespace rtmpt_proxy::protocol
