// What the inspector needs of the commands that an RTMP client sends.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>

#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class RtmpCommandKind : std::uint8_t {
  other, // of no interest, or without what would make it so: publish(false), for example
  connect,
  publish,
  play,
};

struct RtmpCommand {
  RtmpCommandKind kind = RtmpCommandKind::other;
  Amf0Error error = Amf0Error::none; // with it only `kind` is meaningful
  // Of connect: empty where it has none. They point into the message, and are as long as AMF0's limits let them be.
  std::string_view app;
  std::string_view flash_version;
  // Of publish and play.
  std::string_view stream_name;
};

// Reads an AMF0 command as far as needed. A connect is good once its app is known, whatever follows.
RtmpCommand read_rtmp_command(std::string_view message);

} // namespace rtmpt_proxy::protocol
