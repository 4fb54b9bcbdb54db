// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/amf0_writer.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

namespace rtmpt_proxy::protocol {

namespace {

std::string refusal_payload(std::string_view name, double transaction_id, std::string_view code,
                            std::string_view description) {
  std::string payload;
  put_amf0(payload, name);
  put_amf0(payload, transaction_id);
  put_amf0_null(payload); // no properties of the server
  begin_amf0_object(payload);
  put_amf0_property(payload, "level", "error");
  put_amf0_property(payload, "code", code);
  put_amf0_property(payload, "description", description);
  end_amf0_object(payload);
  return payload;
}

} // namespace

std::string_view to_string(RefusalWords words) {
  switch (words) {
  case RefusalWords::access_denied: return "Access denied.";
  case RefusalWords::no_application: return "No such application here.";
  case RefusalWords::in_use: return "Already publishing.";
  case RefusalWords::too_many: return "Too many viewers.";
  case RefusalWords::too_fast: return "Bit rate over the limit.";
  case RefusalWords::taken_over: return "Taken over.";
  case RefusalWords::unavailable: break;
  }
  return "Server is not available.";
}

RefusalWords words_for_status(std::uint16_t status) {
  switch (status) {
  case 401:
  case 403: return RefusalWords::access_denied;
  case 404:
  case 405:
  case 421: return RefusalWords::no_application;
  default: return RefusalWords::unavailable;
  }
}

std::string connect_refusal(double transaction_id, RefusalWords words) {
  return connect_refusal(transaction_id, to_string(words));
}

std::string connect_refusal(double transaction_id, std::string_view description) {
  constexpr std::size_t kMostBytes = 1024;
  return command_in_chunks(
      refusal_payload("_error", transaction_id, "NetConnection.Connect.Rejected", description.substr(0, kMostBytes)));
}

std::string publish_refusal(std::uint32_t message_stream, RefusalWords words) {
  const bool is_name = words == RefusalWords::in_use;
  const std::string_view code = is_name ? "NetStream.Publish.BadName" : "NetStream.Publish.Denied";
  return command_in_chunks(refusal_payload("onStatus", 0, code, to_string(words)), kStreamChunkStream, message_stream);
}

std::string play_refusal(std::uint32_t message_stream, RefusalWords words) {
  return command_in_chunks(refusal_payload("onStatus", 0, "NetStream.Play.Failed", to_string(words)),
                           kStreamChunkStream, message_stream);
}

} // namespace rtmpt_proxy::protocol
