// SPDX-License-Identifier: Apache-2.0
// A media packet as librtmp hands it out, with an owner.
#pragma once

#include <librtmp/rtmp.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::bench {

// How many coded pictures there are in FLV tags that follow each other.
int pictures_in_tags(std::string_view tags);

class MediaPacket {
 public:
  MediaPacket() = default;
  ~MediaPacket() { RTMPPacket_Free(&packet_); }
  MediaPacket(const MediaPacket&) = delete;
  MediaPacket& operator=(const MediaPacket&) = delete;

  // Waits for the next packet of picture, sound or metadata; false when the connection has ended.
  bool read(RTMP* rtmp) {
    // Otherwise librtmp reads a message with a whole header into the memory of the one before, however small that is.
    RTMPPacket_Free(&packet_);
    return RTMP_GetNextMediaPacket(rtmp, &packet_) > 0;
  }

  // Coded pictures or sound: not metadata, nor what sets up a decoder, which a server keeps for newcomers.
  bool is_media() const {
    return is_aggregate() || ((type() == RTMP_PACKET_TYPE_VIDEO || type() == RTMP_PACKET_TYPE_AUDIO) && is_coded());
  }
  int pictures() const {
    if (is_aggregate()) return pictures_in_tags({packet_.m_body, packet_.m_nBodySize});
    return type() == RTMP_PACKET_TYPE_VIDEO && is_coded() ? 1 : 0;
  }

  std::size_t bytes() const { return packet_.m_nBodySize; }
  std::uint8_t type() const { return packet_.m_packetType; }
  std::uint32_t time_ms() const { return packet_.m_nTimeStamp; }

 private:
  // Several FLV tags in one message: node-rtsp-rtmp-server sends such.
  bool is_aggregate() const { return type() == RTMP_PACKET_TYPE_FLASH_VIDEO; }
  // The second byte of H.264 and AAC is 0 for the decoder's set-up and 1 for coded data.
  bool is_coded() const { return packet_.m_nBodySize > 2 && packet_.m_body[1] == 1; }

  RTMPPacket packet_{};
};

} // namespace rtmpt_proxy::bench
