// SPDX-License-Identifier: Apache-2.0
#include "protocol/server/server_answers.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0_writer.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>

namespace rtmpt_proxy::protocol {

namespace {

std::string command_message(std::string_view payload, std::uint32_t message_stream = 0) {
  std::string out;
  const std::uint8_t chunk_stream = message_stream == 0 ? kConnectionChunkStream : kStreamChunkStream;
  append_message(out, {chunk_stream, kAmf0CommandMessage, message_stream, 0}, payload);
  return out;
}

std::string begin_command(std::string_view name, double transaction_id) {
  std::string payload;
  put_amf0(payload, name);
  put_amf0(payload, transaction_id);
  return payload;
}

void put_information(std::string& payload, std::string_view level, std::string_view code,
                     std::string_view description) {
  put_amf0_property(payload, "level", level);
  put_amf0_property(payload, "code", code);
  put_amf0_property(payload, "description", description);
}

std::string sample_access(std::uint32_t message_stream) {
  std::string payload;
  put_amf0(payload, "|RtmpSampleAccess");
  put_amf0(payload, true);
  put_amf0(payload, true);
  std::string out;
  append_message(out, {kDataChunkStream, kAmf0DataMessage, message_stream, 0}, payload);
  return out;
}

} // namespace

std::string connect_answer(const ClientCommand& connect) {
  std::string payload = begin_command("_result", connect.transaction_id);
  begin_amf0_object(payload);
  put_amf0_property(payload, "fmsVer", "FMS/3,0,1,123"); // clients look for a version of Adobe's server
  put_amf0_property(payload, "capabilities", 31.0);
  end_amf0_object(payload);
  begin_amf0_object(payload);
  put_information(payload, "status", "NetConnection.Connect.Success", "Connection succeeded.");
  if (connect.object_encoding) put_amf0_property(payload, "objectEncoding", *connect.object_encoding);
  if (!connect.four_ccs.empty()) {
    put_amf0_list_property(payload, "fourCcList", static_cast<std::uint32_t>(connect.four_ccs.size()));
    for (const std::string_view code : connect.four_ccs)
      put_amf0(payload, code);
  }
  end_amf0_object(payload);
  return window_size_message(kServerWindowBytes) + peer_bandwidth_message(kServerWindowBytes) +
         set_chunk_size_message() + command_message(payload);
}

std::string create_stream_answer(double transaction_id, std::uint32_t message_stream) {
  std::string payload = begin_command("_result", transaction_id);
  put_amf0_null(payload);
  put_amf0(payload, static_cast<double>(message_stream));
  return command_message(payload);
}

std::string empty_answer(double transaction_id) {
  std::string payload = begin_command("_result", transaction_id);
  put_amf0_null(payload);
  put_amf0_null(payload);
  return command_message(payload);
}

std::string announce_answer(std::string_view name, std::string_view code) {
  std::string payload = begin_command(name, 0);
  put_amf0_null(payload);
  begin_amf0_object(payload);
  put_information(payload, "status", code, "");
  end_amf0_object(payload);
  return command_message(payload);
}

std::string status_message(std::uint32_t message_stream, std::string_view level, std::string_view code,
                           std::string_view description) {
  std::string payload = begin_command("onStatus", 0);
  put_amf0_null(payload);
  begin_amf0_object(payload);
  put_information(payload, level, code, description);
  end_amf0_object(payload);
  return command_message(payload, message_stream);
}

std::string play_answer(std::uint32_t message_stream) {
  return user_control_message(UserControl::stream_begin, message_stream) +
         status_message(message_stream, "status", "NetStream.Play.Reset", "Playing and resetting stream.") +
         status_message(message_stream, "status", "NetStream.Play.Start", "Started playing stream.") +
         sample_access(message_stream);
}

std::string end_of_play(std::uint32_t message_stream) {
  return status_message(message_stream, "status", "NetStream.Play.UnpublishNotify", "The publisher has left.") +
         user_control_message(UserControl::stream_end, message_stream);
}

} // namespace rtmpt_proxy::protocol
