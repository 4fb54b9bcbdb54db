// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/session_id.hpp"

#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <unordered_set>

using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::protocol;

TEST_CASE("Session ids are short, from the alphabet, and never the same", "[session_id]") {
  const std::string alphabet(kSessionIdAlphabet);
  std::unordered_set<std::string> ids;
  std::string unused = alphabet;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = make_session_id(0, "Tag_").secret();
    if (!is_session_id(id)) FAIL("an id of another form: " << id);
    // Behind the loop's character and the tag 18 of 6 bits are 108 bits. Flash-era clients keep 31 characters.
    if (id.substr(0, 5) != "ATag_" || id.size() != 5 + 18) FAIL("not 18 characters behind the tag: " << id);
    if (!ids.insert(id.substr(5)).second) FAIL("the same bits twice within " << i);
    std::erase_if(unused, [&id](char character) { return id.find(character, 5) != std::string::npos; });
  }
  CHECK(ids.size() == 10'000);
  CHECK(unused.empty());
}

TEST_CASE("Each loop's ids begin with a character of its own, which names the loop again", "[session_id]") {
  std::unordered_set<char> first_characters;
  for (std::uint32_t loop = 0; loop < kMaxGatewayLoops; ++loop) {
    const std::string id = make_session_id(loop, "Tag_").secret();
    CAPTURE(loop, id);
    CHECK(loop_of_session(id) == loop);
    first_characters.insert(id.front());
  }
  CHECK(first_characters.size() == kMaxGatewayLoops);
}

TEST_CASE("Gateways have tags from the alphabet, each another one", "[session_id]") {
  std::string unused(kSessionIdAlphabet);
  std::unordered_set<std::string> tags;
  for (int i = 0; i < 1000; ++i) {
    const std::string tag = make_gateway_tag();
    CHECK(is_gateway_tag(tag));
    CHECK(gateway_tag_of(make_session_id(3, tag).secret()) == tag);
    tags.insert(tag);
    std::erase_if(unused, [&tag](char character) { return tag.find(character) != std::string::npos; });
  }
  CHECK(tags.size() >= 998); // of 16,777,216: two are the same with a probability of 3 %, three pairs with 0.0004 %
  CHECK(unused.empty());
}

TEST_CASE("Names of sessions are short, easy to read out, and never the same twice", "[session_id]") {
  std::unordered_set<std::string> names;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = make_session_name().text();
    CHECK(name.size() == 12);
    CHECK(name.find_first_not_of("abcdefghijkmnpqrstuvwxyz23456789") == std::string::npos);
    names.insert(name);
  }
  CHECK(names.size() == 1000);
}
