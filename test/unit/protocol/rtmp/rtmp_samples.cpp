// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <algorithm>
#include <bit>

namespace rtmpt_proxy::test {

namespace {

std::string property(std::string_view name, std::string_view value) {
  return be(name.size(), 2).append(name).append(value);
}

std::string properties_and_end(const Properties& properties) {
  std::string bytes;
  for (const auto& [name, value] : properties)
    bytes += property(name, value);
  return bytes + property("", "\x09");
}

std::string marker(int value) {
  return std::string(1, static_cast<char>(value));
}

} // namespace

std::string be(std::uint64_t value, std::size_t bytes) {
  std::string result(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    result[bytes - 1 - i] = static_cast<char>(value >> (8 * i));
  return result;
}

std::string amf_number(double value) {
  return marker(0) + be(std::bit_cast<std::uint64_t>(value), 8);
}

std::string amf_boolean(bool value) {
  return marker(1) + marker(value ? 1 : 0);
}

std::string amf_string(std::string_view text) {
  return (marker(2) + be(text.size(), 2)).append(text);
}

std::string amf_long_string(std::string_view text) {
  return (marker(0x0c) + be(text.size(), 4)).append(text);
}

std::string amf_null() {
  return marker(5);
}

std::string amf_object(const Properties& properties) {
  return marker(3) + properties_and_end(properties);
}

std::string amf_ecma_array(const Properties& properties) {
  return marker(8) + be(properties.size(), 4) + properties_and_end(properties);
}

std::string amf_array(const std::vector<std::string>& values) {
  std::string bytes = marker(0x0a) + be(values.size(), 4);
  for (const std::string& value : values)
    bytes += value;
  return bytes;
}

std::string basic_header(int format, std::uint32_t stream) {
  const int high = format << 6;
  if (stream < 64) return marker(high | static_cast<int>(stream));
  const std::uint32_t rest = stream - 64;
  if (rest < 256) return marker(high) + be(rest, 1);
  return marker(high | 1) + be(rest & 0xff, 1) + be(rest >> 8, 1); // little-endian
}

std::string full_header(std::uint32_t stream, std::uint32_t timestamp, std::size_t length_bytes, std::uint8_t type) {
  const bool is_extended = timestamp >= 0xffffff;
  const std::string header =
      basic_header(0, stream) + be(is_extended ? 0xffffff : timestamp, 3) + be(length_bytes, 3) + be(type, 1);
  const std::string message_stream("\x01\0\0\0", 4); // little-endian, alone in RTMP
  return header + message_stream + (is_extended ? be(timestamp, 4) : "");
}

std::string chunks(const Chunked& message) {
  std::string bytes = full_header(message.stream, message.timestamp, message.payload.size(), message.type);
  bytes += message.payload.substr(0, message.chunk_size);
  for (std::size_t at = message.chunk_size; at < message.payload.size(); at += message.chunk_size) {
    bytes += basic_header(3, message.stream);
    if (message.timestamp >= 0xffffff && message.repeats_extended) bytes += be(message.timestamp, 4);
    bytes += message.payload.substr(at, message.chunk_size);
  }
  return bytes;
}

std::string set_chunk_size(std::uint32_t bytes) {
  return chunks({.stream = 2, .type = 1, .payload = be(bytes, 4)});
}

std::string abort_message(std::uint32_t stream) {
  return chunks({.stream = 2, .type = 2, .payload = be(stream, 4)});
}

std::string handshake(int version) {
  std::string bytes = marker(version);
  for (int i = 0; i < 2 * 1536; ++i)
    bytes += marker(i * 7 % 251);
  return bytes;
}

std::string connect_payload(const Properties& properties) {
  return amf_string("connect") + amf_number(1) + amf_object(properties);
}

std::string connect_to(std::string_view app) {
  return connect_payload({{"app", amf_string(app)}, {"flashVer", amf_string("LNX 9,0,124,2")}});
}

std::string start_payload(std::string_view command, std::string_view name) {
  return amf_string(command) + amf_number(5) + amf_null() + amf_string(name) + amf_string("live");
}

std::string client_stream(const std::vector<std::string>& payloads) {
  std::string bytes = handshake();
  for (const std::string& payload : payloads)
    bytes += chunks({.payload = payload});
  return bytes;
}

std::string obs_stream() {
  const std::vector<std::string> codecs{amf_string("av01"), amf_string("hvc1"), amf_string("vp09")};
  const Properties info{{"*", amf_number(1)}, {"av01", amf_number(4)}, {"hvc1", amf_number(4)}};
  const std::string connect = connect_payload({{"fourCcList", amf_array(codecs)},
                                               {"videoFourCcInfoMap", amf_object(info)},
                                               {"audioFourCcInfoMap", amf_ecma_array({{"Opus", amf_number(4)}})},
                                               {"capsEx", amf_number(12)},
                                               {"type", amf_string("nonprivate")},
                                               {"flashVer", amf_string("FMLE/3.0 (compatible; FMSc/1.0)")},
                                               {"swfUrl", amf_string("rtmp://stream.example/live/?token=secret")},
                                               {"tcUrl", amf_string("rtmp://stream.example/live/?token=secret")},
                                               {"app", amf_string("live/?token=secret")}});
  const std::string name = "studio?key=secret";
  const std::string release = amf_string("releaseStream") + amf_number(2) + amf_null() + amf_string(name);
  const std::string announce = amf_string("FCPublish") + amf_number(3) + amf_null() + amf_string(name);
  const std::string create = amf_string("createStream") + amf_number(4) + amf_null();
  std::string bytes = handshake() + chunks({.payload = connect}) + set_chunk_size(4096);
  for (const std::string& payload : {release, announce, create})
    bytes += chunks({.payload = payload, .chunk_size = 4096});
  return bytes + chunks({.stream = 4, .payload = start_payload("publish", name), .chunk_size = 4096}) +
         chunks({.stream = 4, .type = 9, .payload = std::string(600, 'v'), .chunk_size = 4096});
}

} // namespace rtmpt_proxy::test
