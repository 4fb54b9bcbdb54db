// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace rtmpt_proxy::protocol;

TEST_CASE("Exactly the characters of the alphabet name a loop, each another one", "[session_loop]") {
  std::set<std::uint32_t> loops;
  for (int byte = 0; byte < 256; ++byte) {
    const auto character = static_cast<char>(byte);
    const auto loop = loop_of_session(std::string(1, character) + "rest");
    CAPTURE(byte);
    CHECK(loop.has_value() == (kSessionIdAlphabet.find(character) != std::string_view::npos));
    if (!loop) continue;
    CHECK(*loop < kMaxGatewayLoops);
    CHECK(loop_character(*loop) == character);
    loops.insert(*loop);
  }
  CHECK(loops.size() == kMaxGatewayLoops);
}

TEST_CASE("An empty id names no loop", "[session_loop]") {
  CHECK_FALSE(loop_of_session(""));
}

TEST_CASE("What follows the first character of an id does not matter to its loop", "[session_loop]") {
  for (const char* const id : {"B", "BA", "B?", "B\n", "Babcdefghijklmnopqrstuvwxyz0123456789-_"})
    CHECK(loop_of_session(id) == 1u);
}

TEST_CASE("The tag of an id is what stands behind its first character", "[session_loop]") {
  CHECK(gateway_tag_of("ATag_and-what-is-secret") == "Tag_");
  CHECK(gateway_tag_of("ATag_") == "Tag_");
  for (const char* const id : {"", "A", "ATag"}) {
    CAPTURE(id);
    CHECK(gateway_tag_of(id).empty());
  }
}

TEST_CASE("A gateway's tag has four characters of the alphabet", "[session_loop]") {
  CHECK(is_gateway_tag("Tag_"));
  CHECK(is_gateway_tag("-9zA"));
  for (const char* const tag : {"", "Tag", "Tag_s", "Tag ", "Ta\ng", "T.ag", "Tag\xFF"}) {
    CAPTURE(tag);
    CHECK_FALSE(is_gateway_tag(tag));
  }
}
