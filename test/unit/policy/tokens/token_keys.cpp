// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/tokens/token_keys.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::policy;

namespace {

const std::string kSecret(kLeastTokenSecretBytes, 's');
const std::string kOther(kMostTokenSecretBytes, 'o');

} // namespace

TEST_CASE("A key file has an id and a secret in each line", "[token keys]") {
  const TokenKeys keys{{"2026a", kSecret}, {"b-2", kOther}};
  for (const std::string& text : {
           "2026a " + kSecret + "\nb-2 " + kOther + "\n",
           "2026a " + kSecret + "\nb-2 " + kOther,
           "# keys\n\n  2026a\t \t" + kSecret + "  \r\n\t# more\r\nb-2 " + kOther + "\r\n\r\n",
       }) {
    CAPTURE(text);
    const TokenKeysResult result = parse_token_keys(text);
    CHECK(result.error.empty());
    CHECK(result.keys == keys);
  }
  CHECK(find_token_key(keys, "b-2") == &keys[1]);
  CHECK(find_token_key(keys, "b") == nullptr);
  CHECK(find_token_key(keys, "") == nullptr);
}

TEST_CASE("What is wrong with a key file is told with its line, and no secret", "[token keys]") {
  const std::string good = "a " + kSecret + "\n";
  std::string many;
  for (std::size_t i = 0; i <= kMaxTokenKeys; ++i)
    many += "k" + std::to_string(i) + " " + kSecret + "\n";
  for (const auto& [text, error] : std::vector<std::pair<std::string, std::string>>{
           {"", "it has no key: expected lines with the id of a key and its secret"},
           {"# a " + kSecret, "it has no key"},
           {kSecret, "line 1: one word: expected the id of a key and its secret"},
           {good + "b\n", "line 2: one word"},
           {"A " + kSecret, "line 1: a bad id in front of the secret: expected 1 to 16 small letters, digits and '-'"},
           {"a.b " + kSecret, "line 1: a bad id"},
           {std::string(17, 'a') + " " + kSecret, "line 1: a bad id"},
           {kSecret + " " + kSecret, "line 1: a bad id"},
           {good + "vhosts " + kSecret, "line 2: the key 'vhosts' has an id with 'vhost' or 'domain'"},
           {"my-domain " + kSecret, "line 1: the key 'my-domain' has an id with"},
           {"\n\na " + kSecret.substr(1), "line 3: the key 'a' has a secret of 31 characters: expected 32 to 256"},
           {"a " + kOther + "o", "line 1: the key 'a' has a secret of 257 characters"},
           {"a " + kSecret + " x", "line 1: the key 'a' has a secret with a space"},
           {"a " + kSecret + "\xc3\xa4", "line 1: the key 'a' has a secret with a space or a character that is not"},
           {"a " + kSecret + std::string(1, '\0'), "line 1: the key 'a' has a secret with a space"},
           {good + good, "line 2: the key 'a' has an id that another key has"},
           {many, "line 17: over 16 keys"},
           {std::string(kMaxTokenKeyFileBytes + 1, '\n'), "it is over 65536 bytes long"},
       }) {
    const TokenKeysResult result = parse_token_keys(text);
    CAPTURE(text.substr(0, 100), result.error);
    CHECK(result.error.starts_with(error));
    CHECK(result.keys.empty());
    CHECK(result.error.find("sss") == std::string::npos);
  }
}

TEST_CASE("A key file that is cut anywhere is good as far as it goes, or an error", "[token keys]") {
  const std::string text = "# two\n2026a " + kSecret + "\n\nb " + kSecret + "\n";
  for (std::size_t count = 0; count <= text.size(); ++count) {
    CAPTURE(count);
    const TokenKeysResult result = parse_token_keys(std::string_view(text).substr(0, count));
    CHECK(result.error.empty() == !result.keys.empty());
    for (const TokenKey& key : result.keys)
      CHECK(key.secret == kSecret);
  }
}
