// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/escaped_text.hpp>
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;

namespace {

constexpr std::size_t kEnough = 100000;

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = first_utf8_character(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

struct Row {
  std::string text;
  std::string escaped;
  std::string reason;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> rows{
      {"", "", "nothing"},
      {"camera 1", "camera 1", "plain"},
      {"a\"b", R"(a\"b)", "a quotation mark"},
      {R"(a\b)", R"(a\\b)", "a backslash"},
      {"<script>alert('x')</script>", "<script>alert('x')</script>", "HTML is text here"},
      {"a\nb\rc\td\be\vf", R"(a\nb\rc\td\be\vf)", "those with letters"},
      {"a\0b\x01\x1b[2J\x7f"s, R"(a\x00b\x01\x1b[2J\x7f)", "other control bytes"},
      {"caf\xc3\xa9 \xe3\x82\xab \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe3\x82\xab \xf0\x9f\x98\x80", "UTF-8"},
      {"\xff\xfe x", R"(\xff\xfe x)", "bytes that UTF-8 never has"},
      {"\xc3", R"(\xc3)", "half a character"},
      {"\xc3\"", R"(\xc3\")", "half a character before a quotation mark"},
      {"\xe3\x82", R"(\xe3\x82)", "two thirds of a character"},
      {"\xc0\xa2", R"(\xc0\xa2)", "an overlong quotation mark"},
      {"\xed\xa0\x80", R"(\xed\xa0\x80)", "a surrogate"},
      {"\xc2\x9b"
       "2J",
       R"(\xc2\x9b2J)", "C1: a terminal's control sequence"},
      {"\xc2\x85", R"(\xc2\x85)", "next line"},
      {"\xe2\x80\xa8", R"(\xe2\x80\xa8)", "line separator"},
      {"\xe2\x80\xae"
       "evil",
       R"(\xe2\x80\xaeevil)", "right-to-left override"},
      {"\xe2\x80\x8b", R"(\xe2\x80\x8b)", "zero-width space"},
      {"\xef\xbb\xbf", R"(\xef\xbb\xbf)", "byte order mark"},
      {"\xf3\xa0\x81\x81", R"(\xf3\xa0\x81\x81)", "a tag character"},
  };
  return rows;
}

} // namespace

TEST_CASE("Text from outside is escaped for a log", "[escaped_text]") {
  for (const Row& row : rows()) {
    INFO(row.reason);
    CHECK(escape_for_log(row.text, kEnough) == row.escaped);
  }
}

TEST_CASE("Each byte by itself is escaped as httpd escapes it", "[escaped_text]") {
  std::size_t plain = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const std::string escaped = escape_for_log(text, kEnough);
    if (byte >= ' ' && byte < 0x7f && text != "\"" && text != "\\")
      plain += escaped == text ? 1 : 0;
    else if (escaped.size() != (std::string("\"\\\b\n\r\t\v").find(text) == std::string::npos ? 4u : 2u))
      FAIL("byte " << byte << ": " << escaped);
  }
  CHECK(plain == 95 - 2);
}

TEST_CASE("Escaped text keeps its limit and is never cut within an escape or a character", "[escaped_text]") {
  for (const Row& row : rows()) {
    INFO(row.reason);
    for (std::size_t max = kCutMark.size(); max < row.escaped.size() + 2; ++max) {
      const std::string cut = escape_for_log(row.text, max);
      if (row.escaped.size() <= max) {
        if (cut != row.escaped) FAIL("cut without need at " << max);
        continue;
      }
      if (cut.size() > max || !cut.ends_with(kCutMark)) FAIL("limit " << max << ": " << cut);
      const std::string kept = cut.substr(0, cut.size() - kCutMark.size());
      if (!row.escaped.starts_with(kept) || !is_valid_utf8(kept)) FAIL("limit " << max << ": " << cut);
      const std::string rest = row.escaped.substr(kept.size());
      const bool in_escape = kept.size() >= 1 && kept.ends_with('\\') && !kept.ends_with("\\\\");
      if (in_escape || !is_valid_utf8(rest)) FAIL("an escape is cut at " << max << ": " << cut);
    }
  }
  CHECK(escape_for_log(std::string(64u << 10, '\x01'), 512).size() == 511); // 127 escapes and the mark
  CHECK(escape_for_log(std::string(64u << 10, '"'), 255).size() == 255);
}

TEST_CASE("Any bytes become valid UTF-8", "[escaped_text]") {
  const std::string replacement = "\xef\xbf\xbd";
  CHECK(to_valid_utf8("caf\xc3\xa9\n\"", kEnough) == "caf\xc3\xa9\n\"");
  CHECK(to_valid_utf8("a\xff\xfe", kEnough) == "a" + replacement + replacement);
  CHECK(to_valid_utf8("\xe3\x82", kEnough) == replacement + replacement);
  CHECK(to_valid_utf8("\xed\xa0\x80", kEnough) == replacement + replacement + replacement);
  CHECK(to_valid_utf8("a\0b"s, kEnough) == "a\0b"s);
  std::string all;
  for (int one = 0; one < 256; ++one)
    for (int two = 0; two < 256; ++two)
      all += {static_cast<char>(one), static_cast<char>(two)};
  const std::string valid = to_valid_utf8(all, 1u << 20);
  CHECK(is_valid_utf8(valid));
  CHECK_FALSE(is_valid_utf8(all));
  for (std::size_t max = 3; max < 3000; ++max) {
    const std::string cut = to_valid_utf8(all, max);
    if (cut.size() > max || !is_valid_utf8(cut) || !cut.ends_with(kCutMark)) FAIL("limit " << max);
  }
}
