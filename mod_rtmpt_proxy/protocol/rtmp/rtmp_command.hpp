// SPDX-License-Identifier: Apache-2.0
// The parts of an RTMP client's commands that decide what is done with it, and that logs tell.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class RtmpCommandKind : std::uint8_t {
  other, // of no interest, or without the part that matters, for example publish(false)
  connect,
  publish,
  play,
};

struct RtmpCommand {
  RtmpCommandKind kind = RtmpCommandKind::other;
  Amf0Error error = Amf0Error::none; // when set, only `kind` is valid
  // For connect; empty when it has none. They point into the message and are limited only by the limits of AMF0.
  std::string_view app;
  std::string_view flash_version;
  std::string_view tc_url;
  std::string_view swf_url;
  std::string_view page_url;
  double transaction_id = 0;
  bool is_cut = false;       // app or tcUrl is longer than kMaxAmf0TextBytes
  bool is_publisher = false; // its type is "nonprivate"
  // It has an object, all of which was read: behind a value that cannot be read here may stand another app.
  bool has_whole_object = false;
  // Media servers may take another app or tcUrl than these: one comes twice, or not as a string with at least a byte,
  // or in other letters ("tcurl", which MediaMTX takes as well).
  bool is_unclear = false;
  // For publish and play.
  std::string_view stream_name;
};

// Reads an AMF0 command as far as needed. A connect has no error once its app is known, whatever follows.
RtmpCommand read_rtmp_command(std::string_view message);

// The AMF0 of the command that `chunks` has just announced; empty when it announced none. A command of AMF3's type has
// one more byte in front.
std::string_view command_text(const RtmpChunkReader& chunks);

} // namespace rtmpt_proxy::protocol
