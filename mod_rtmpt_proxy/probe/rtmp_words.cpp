// SPDX-License-Identifier: Apache-2.0
#include "probe/rtmp_words.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0_writer.hpp>

namespace rtmpt_proxy::probe {

namespace {

// What ffmpeg and librtmp call themselves, and the codecs that they announce.
constexpr std::string_view kFlashVersion = "LNX 9,0,124,2";
constexpr double kCapabilities = 15;
constexpr double kAudioCodecs = 4071;
constexpr double kVideoCodecs = 252;
constexpr double kVideoFunction = 1;

} // namespace

std::string connect_command(std::string_view app, std::string_view tc_url) {
  std::string payload;
  protocol::put_amf0(payload, "connect");
  protocol::put_amf0(payload, kConnectTransaction);
  protocol::begin_amf0_object(payload);
  protocol::put_amf0_property(payload, "app", app);
  protocol::put_amf0_property(payload, "flashVer", kFlashVersion);
  protocol::put_amf0_property(payload, "tcUrl", tc_url);
  protocol::put_amf0_property(payload, "capabilities", kCapabilities);
  protocol::put_amf0_property(payload, "audioCodecs", kAudioCodecs);
  protocol::put_amf0_property(payload, "videoCodecs", kVideoCodecs);
  protocol::put_amf0_property(payload, "videoFunction", kVideoFunction);
  protocol::end_amf0_object(payload);
  return protocol::command_in_chunks(payload);
}

} // namespace rtmpt_proxy::probe
