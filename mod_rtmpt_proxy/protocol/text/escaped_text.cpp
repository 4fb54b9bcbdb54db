// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/escaped_text.hpp>
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <algorithm>
#include <cstdint>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd"; // U+FFFD

// Characters of Unicode's general categories Cc, Zl, Zp and those of Cf that change how their neighbours look.
bool is_misleading(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

char letter_of(char byte) {
  switch (byte) {
  case '"':
  case '\\': return byte;
  case '\b': return 'b';
  case '\n': return 'n';
  case '\r': return 'r';
  case '\t': return 't';
  case '\v': return 'v';
  default: return '\0';
  }
}

// The escape of a single byte. Fits into the string itself: four bytes at most.
std::string escape(char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (const char letter = letter_of(byte)) return {'\\', letter};
  const auto value = static_cast<std::uint8_t>(byte);
  return {'\\', 'x', kDigits[value >> 4], kDigits[value & 0xf]};
}

// Collects pieces, which must not be cut, until one does not fit. Remembers where the mark "..." goes then.
class LimitedText {
 public:
  explicit LimitedText(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  bool append(std::string_view piece) {
    if (text_.size() + piece.size() > max_bytes_) {
      text_.resize(mark_at_);
      text_ += kCutMark;
      return false;
    }
    text_ += piece;
    if (text_.size() + kCutMark.size() <= max_bytes_) mark_at_ = text_.size();
    return true;
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t max_bytes_;
  std::size_t mark_at_ = 0; // the end of the last piece after which the mark has room
};

// Appends one character, or one byte, in its form for a log.
bool append_escaped(LimitedText& result, std::string_view character, bool is_plain) {
  if (is_plain) return result.append(character);
  return std::all_of(character.begin(), character.end(), [&](char byte) { return result.append(escape(byte)); });
}

} // namespace

std::string escape_for_log(std::string_view text, std::size_t max_bytes) {
  LimitedText result(max_bytes);
  while (!text.empty()) {
    const Utf8Character character = first_utf8_character(text);
    const bool is_plain = character.bytes > 0 && !is_misleading(character.code_point) && letter_of(text.front()) == 0;
    const std::size_t bytes = std::max<std::size_t>(character.bytes, 1);
    if (!append_escaped(result, text.substr(0, bytes), is_plain)) break;
    text.remove_prefix(bytes);
  }
  return result.take();
}

std::string to_valid_utf8(std::string_view text, std::size_t max_bytes) {
  LimitedText result(max_bytes);
  while (!text.empty()) {
    const std::size_t bytes = first_utf8_character(text).bytes;
    if (!result.append(bytes > 0 ? text.substr(0, bytes) : kReplacementCharacter)) break;
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return result.take();
}

} // namespace rtmpt_proxy::protocol
