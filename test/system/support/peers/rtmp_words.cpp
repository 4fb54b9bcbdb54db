// SPDX-License-Identifier: Apache-2.0
#include "support/peers/rtmp_words.hpp"

#include <cstdint>

namespace rtmpt_proxy::test {

namespace {

constexpr std::size_t kHandshakeBytes = 1536;
constexpr std::size_t kChunkBytes = 128;
constexpr char kCommandType = 20;

std::string big_endian(std::size_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    text += static_cast<char>(value >> shift & 0xff);
  return text;
}

std::string bare_text(std::string_view text) {
  return big_endian(text.size(), 2) + std::string(text);
}

std::string amf_text(std::string_view text) {
  return '\x02' + bare_text(text);
}

// A double of AMF0; `high` are its two upper bytes, the others are zero.
std::string amf_number(std::uint16_t high) {
  return '\x00' + big_endian(high, 2) + std::string(6, '\0');
}

constexpr std::uint16_t kOne = 0x3ff0;
constexpr std::uint16_t kTwo = 0x4000;

// One message with a full header, and one byte in front of each further chunk.
std::string message(char chunk_stream, char message_stream, std::string_view payload) {
  std::string bytes(1, chunk_stream);
  bytes += big_endian(0, 3) + big_endian(payload.size(), 3) + kCommandType;
  bytes += message_stream + std::string(3, '\0');
  for (std::size_t at = 0; at < payload.size(); at += kChunkBytes) {
    if (at > 0) bytes += static_cast<char>(0xc0 | chunk_stream);
    bytes += payload.substr(at, kChunkBytes);
  }
  return bytes;
}

std::string handshake_and_connect(std::string_view app) {
  std::string bytes = '\x03' + std::string(2 * kHandshakeBytes, '\0');
  const std::string object =
      '\x03' + bare_text("app") + amf_text(app) + bare_text("flashVer") + amf_text("LNX 9,0") + bare_text("") + '\x09';
  return bytes + message(3, 0, amf_text("connect") + amf_number(kOne) + object);
}

} // namespace

std::string rtmp_words(std::string_view app, std::string_view command, std::string_view stream) {
  const std::string call = amf_text(command) + amf_number(kTwo) + '\x05' + amf_text(stream);
  return handshake_and_connect(app) + message(8, 1, call);
}

std::size_t words_before_command(std::string_view app) {
  return handshake_and_connect(app).size();
}

} // namespace rtmpt_proxy::test
