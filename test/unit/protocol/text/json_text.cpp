// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/json_text.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;

TEST_CASE("Text in JSON keeps well-formed characters and escapes what JSON does not take", "[json_text]") {
  struct Row {
    std::string text;
    std::string json;
  };
  const Row table[] = {
      {"", "\"\""},
      {"cam1", "\"cam1\""},
      {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
      {std::string("\0\n\x1f\x7f", 4), "\"\\u0000\\u000a\\u001f\\u007f\""},
      {"\xc3\xa9\xf0\x9f\x8e\xa5", "\"\xc3\xa9\xf0\x9f\x8e\xa5\""},
      {"\xff\xc3", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, // a surrogate
  };
  for (const Row& row : table) {
    CAPTURE(row.json);
    CHECK(json_text(row.text) == row.json);
  }
}

TEST_CASE("Every byte leaves JSON that ends where the text ends, and nothing is cut", "[json_text]") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string json = json_text(std::string(1000, static_cast<char>(byte)));
    CAPTURE(byte);
    REQUIRE(json.size() >= 1002);
    CHECK(json.front() == '"');
    CHECK(json.back() == '"');
    CHECK(json.find("...") == (byte == '.' ? 1 : std::string::npos));
    for (std::size_t i = 1; i + 1 < json.size(); ++i) {
      CHECK(static_cast<unsigned char>(json[i]) >= 0x20);
      if (json[i] == '"') CHECK(json[i - 1] == '\\');
    }
  }
}
