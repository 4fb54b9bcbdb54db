// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/percent_text.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using namespace std::string_literals;

TEST_CASE("Every byte comes back from its percent encoding", "[text]") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte)
    all += static_cast<char>(byte);
  CHECK(percent_decoded(percent_encoded(all)) == all);
  CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encoded("a b%\n\xc3\xbc") == "a%20b%25%0A%C3%BC");
  CHECK(percent_decoded("%c3%BC") == "\xc3\xbc");
}

TEST_CASE("What is no percent encoding is not decoded", "[text]") {
  for (const std::string& text : {"%"s, "a%4"s, "%4g"s, "%-1"s, "% 1"s, "%+1"s, "a b"s, "a\n"s, "a\0"s, "\xc3\xbc"s}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decoded(text));
  }
}
