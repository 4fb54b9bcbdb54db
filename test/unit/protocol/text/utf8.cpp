// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;

namespace {

std::string encode(char32_t c) {
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | (c >> 6)), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xe0 | (c >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

} // namespace

TEST_CASE("Every code point of Unicode but the surrogates is a character", "[utf8]") {
  std::size_t refused = 0;
  for (char32_t c = 0; c < 0x110800; ++c) {
    const std::string text = encode(c) + "x";
    const Utf8Character character = first_utf8_character(text);
    if (character.bytes == 0) {
      ++refused;
      if (c < 0x110000 && (c < 0xd800 || c > 0xdfff)) FAIL("refused: " << static_cast<unsigned>(c));
    } else if (character.bytes != text.size() - 1 || character.code_point != c) {
      FAIL("read wrongly: " << static_cast<unsigned>(c));
    }
    if (character.bytes > 1 && first_utf8_character(text.substr(0, character.bytes - 1)).bytes != 0)
      FAIL("half a character is none: " << static_cast<unsigned>(c));
  }
  CHECK(refused == 0x800 + 0x800); // the surrogates, and what is over U+10FFFF
}

TEST_CASE("What is not well-formed UTF-8 is no character", "[utf8]") {
  for (const std::string text :
       {"", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2x", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe", "\xe3\x82",
        "\xf0\x9f\x98", "\xe3\x82x"})
    CHECK(first_utf8_character(text).bytes == 0);
}

TEST_CASE("Text is cut between characters", "[utf8]") {
  struct Row {
    std::string text;
    std::size_t max_bytes;
    std::size_t cut_bytes;
  };
  const std::string mixed = "a\xc3\xa9\xe3\x82\xab\xf0\x9f\x98\x80"; // 1, 2, 3 and 4 bytes
  const std::vector<std::size_t> cuts{0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t max = 0; max < cuts.size(); ++max)
    CHECK(cut_utf8(mixed, max).size() == cuts[max]);
  for (const auto& [text, max_bytes, cut_bytes] :
       {Row{"\x80\x80\x80\x80", 2, 2}, Row{"\xff\xff\xff", 1, 1}, Row{"\xe3\x82x", 1, 1}, Row{"\xf0\x9f\x98", 2, 2}}) {
    CHECK(cut_utf8(text, max_bytes).size() == cut_bytes); // nothing well-formed is cut here
  }
}
