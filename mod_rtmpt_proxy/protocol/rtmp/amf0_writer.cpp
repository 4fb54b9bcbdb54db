// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/amf0_writer.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <bit>
#include <cstdint>

namespace rtmpt_proxy::protocol {

namespace {
constexpr std::uint8_t kGoesOn = 0xC0; // fmt 3
} // namespace

void put_amf0(std::string& out, double number) {
  put_u8(out, 0x00);
  put_u64(out, std::bit_cast<std::uint64_t>(number));
}

void put_amf0(std::string& out, std::string_view text) {
  put_u8(out, 0x02);
  put_text16(out, text);
}

void put_amf0(std::string& out, bool value) {
  put_u8(out, 0x01);
  put_u8(out, value ? 1 : 0);
}

void put_amf0_null(std::string& out) {
  put_u8(out, 0x05);
}

void begin_amf0_object(std::string& out) {
  put_u8(out, 0x03);
}

void begin_amf0_array(std::string& out) {
  put_u8(out, 0x08);
  put_u32(out, 0);
}

void put_amf0_list_property(std::string& out, std::string_view name, std::uint32_t count) {
  put_text16(out, name);
  put_u8(out, 0x0a);
  put_u32(out, count);
}

void put_amf0_property(std::string& out, std::string_view name, bool value) {
  put_text16(out, name);
  put_amf0(out, value);
}

void put_amf0_property(std::string& out, std::string_view name, double number) {
  put_text16(out, name);
  put_amf0(out, number);
}

void put_amf0_property(std::string& out, std::string_view name, std::string_view text) {
  put_text16(out, name);
  put_amf0(out, text);
}

void end_amf0_object(std::string& out) {
  put_text16(out, "");
  put_u8(out, 0x09);
}

std::string command_in_chunks(std::string_view payload, std::uint8_t chunk_stream, std::uint32_t message_stream) {
  std::string out;
  put_u8(out, chunk_stream); // fmt 0
  out.append(3, '\0');       // time
  put_u8(out, 0);            // the length has 24 bits
  put_u16(out, static_cast<std::uint16_t>(payload.size()));
  put_u8(out, kAmf0CommandMessage);
  for (int shift = 0; shift < 32; shift += 8) // little-endian
    put_u8(out, static_cast<std::uint8_t>(message_stream >> shift));
  for (std::size_t at = 0; at < payload.size(); at += kFirstChunkSizeBytes) {
    if (at > 0) put_u8(out, static_cast<std::uint8_t>(kGoesOn | chunk_stream));
    out += payload.substr(at, kFirstChunkSizeBytes);
  }
  return out;
}

} // namespace rtmpt_proxy::protocol
