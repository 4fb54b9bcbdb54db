// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <limits>

namespace rtmpt_proxy::protocol {

namespace {

void put_integer(std::string& out, std::uint64_t value, std::size_t size_bytes) {
  for (std::size_t left = size_bytes; left > 0; --left) {
    out.push_back(static_cast<char>((value >> (8 * (left - 1))) & 0xFF));
  }
}

} // namespace

std::string_view ByteReader::raw(std::size_t size_bytes) {
  if (!ok_ || size_bytes > rest_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view taken = rest_.substr(0, size_bytes);
  rest_.remove_prefix(size_bytes);
  return taken;
}

std::uint64_t ByteReader::integer(std::size_t size_bytes) {
  std::uint64_t value = 0;
  for (const char byte : raw(size_bytes))
    value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

std::uint8_t ByteReader::u8() {
  return static_cast<std::uint8_t>(integer(1));
}
std::uint16_t ByteReader::u16() {
  return static_cast<std::uint16_t>(integer(2));
}
std::uint32_t ByteReader::u32() {
  return static_cast<std::uint32_t>(integer(4));
}
std::uint64_t ByteReader::u64() {
  return integer(8);
}

std::string_view ByteReader::text8() {
  return raw(u8());
}

std::string_view ByteReader::text16() {
  return raw(u16());
}
std::string_view ByteReader::text32() {
  return raw(u32());
}

void put_u8(std::string& out, std::uint8_t value) {
  put_integer(out, value, 1);
}
void put_u16(std::string& out, std::uint16_t value) {
  put_integer(out, value, 2);
}
void put_u32(std::string& out, std::uint32_t value) {
  put_integer(out, value, 4);
}
void put_u64(std::string& out, std::uint64_t value) {
  put_integer(out, value, 8);
}

void put_text16(std::string& out, std::string_view text) {
  text = text.substr(0, std::numeric_limits<std::uint16_t>::max());
  put_u16(out, static_cast<std::uint16_t>(text.size()));
  out.append(text);
}

void put_text32(std::string& out, std::string_view text) {
  text = text.substr(0, std::numeric_limits<std::uint32_t>::max());
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

} // namespace rtmpt_proxy::protocol
