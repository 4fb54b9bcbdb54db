// SPDX-License-Identifier: Apache-2.0
#include "protocol/client/player_commands.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0_writer.hpp>

namespace rtmpt_proxy::protocol {

namespace {

// What ffmpeg and librtmp call themselves as players, and the codecs that they announce.
constexpr std::string_view kFlashVersion = "LNX 9,0,124,2";
constexpr double kCapabilities = 15;
constexpr double kAudioCodecs = 4071;
constexpr double kVideoCodecs = 252;
constexpr double kVideoFunction = 1;

// The start of play: a live stream first, else a recorded one; all clients in use say so.
constexpr double kLiveOrRecorded = -2000;

std::string begin(std::string_view name, double transaction_id) {
  std::string payload;
  put_amf0(payload, name);
  put_amf0(payload, transaction_id);
  return payload;
}

} // namespace

std::string player_connect(std::string_view app, std::string_view tc_url) {
  std::string payload = begin("connect", kConnectTransaction);
  begin_amf0_object(payload);
  put_amf0_property(payload, "app", app);
  put_amf0_property(payload, "flashVer", kFlashVersion);
  put_amf0_property(payload, "tcUrl", tc_url);
  put_amf0_property(payload, "fpad", false);
  put_amf0_property(payload, "capabilities", kCapabilities);
  put_amf0_property(payload, "audioCodecs", kAudioCodecs);
  put_amf0_property(payload, "videoCodecs", kVideoCodecs);
  put_amf0_property(payload, "videoFunction", kVideoFunction);
  end_amf0_object(payload);
  return command_in_chunks(payload);
}

std::string player_create_stream() {
  std::string payload = begin("createStream", kCreateStreamTransaction);
  put_amf0_null(payload);
  return command_in_chunks(payload);
}

std::string player_play(std::string_view stream_name, std::uint32_t message_stream) {
  std::string payload = begin("play", kPlayTransaction);
  put_amf0_null(payload);
  put_amf0(payload, stream_name);
  put_amf0(payload, kLiveOrRecorded);
  return command_in_chunks(payload, kStreamChunkStream, message_stream);
}

} // namespace rtmpt_proxy::protocol
