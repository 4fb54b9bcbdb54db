// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <cstdint>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kMaxUtf8Bytes = 4;

bool is_continuation(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80;
}

// For a character that begins with `lead`: its number of bytes, and the bits of the code point in `lead`.
Utf8Character begin_character(std::uint8_t lead) {
  if (lead < 0x80) return {1, lead};
  if (lead >= 0xc2 && lead < 0xe0) return {2, lead & 0x1fu};
  if (lead >= 0xe0 && lead < 0xf0) return {3, lead & 0x0fu};
  if (lead >= 0xf0 && lead < 0xf5) return {4, lead & 0x07u};
  return {};
}

bool is_allowed(const Utf8Character& character) {
  switch (character.bytes) {
  case 3: return character.code_point >= 0x800 && (character.code_point < 0xd800 || character.code_point > 0xdfff);
  case 4: return character.code_point >= 0x10000 && character.code_point <= 0x10ffff;
  default: return true; // the lead bytes of overlong forms are refused
  }
}

} // namespace

Utf8Character first_utf8_character(std::string_view text) {
  if (text.empty()) return {};
  Utf8Character character = begin_character(static_cast<std::uint8_t>(text.front()));
  if (character.bytes > text.size()) return {};
  for (std::size_t i = 1; i < character.bytes; ++i) {
    if (!is_continuation(text[i])) return {};
    character.code_point = character.code_point << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3fu);
  }
  return is_allowed(character) ? character : Utf8Character{};
}

std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  for (std::size_t back = 1; back < kMaxUtf8Bytes && back <= max_bytes; ++back) {
    const std::size_t begin = max_bytes - back;
    const std::size_t bytes = first_utf8_character(text.substr(begin)).bytes;
    if (bytes > back) return text.substr(0, begin);
    if (bytes > 0) break;
  }
  return text.substr(0, max_bytes);
}

} // namespace rtmpt_proxy::protocol
