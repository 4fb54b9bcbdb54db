// The parts of an RTMP client's commands that the inspector needs.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>

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
  // For publish and play.
  std::string_view stream_name;
};

// Reads an AMF0 command as far as needed. A connect is good once its app is known, whatever follows.
RtmpCommand read_rtmp_command(std::string_view message);

} // namespace rtmpt_proxy::protocol
