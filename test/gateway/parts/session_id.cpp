#include "session_id.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <unordered_set>

using rtmpt_proxy::gateway::make_session_id;

TEST_CASE("Session ids are short, from the alphabet, and never the same", "[session_id]") {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::unordered_set<std::string> ids;
  std::string unused = alphabet;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = make_session_id();
    // 22 characters of 6 bits are 132 bits; Flash-era clients keep 31.
    if (id.size() < 22 || id.size() > 31) FAIL("an id of " << id.size() << " characters");
    if (id.find_first_not_of(alphabet) != std::string::npos) FAIL("a foreign character in an id");
    if (!ids.insert(id).second) FAIL("the same id twice within " << i);
    std::erase_if(unused, [&id](char character) { return id.find(character) != std::string::npos; });
  }
  CHECK(ids.size() == 10'000);
  CHECK(unused.empty());
}
