// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/tokens/stream_token.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include <openssl/hmac.h>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::KeyedDigest;

namespace {

KeyedDigest digest(std::string_view key, std::string_view text) {
  KeyedDigest result{};
  ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), result.data(), nullptr);
  return result;
}

constexpr std::uint64_t kExpires = 1'790'000'000;
const TokenKeys kKeys{{"2026a", "0123456789abcdef0123456789abcdef"}, {"b", "fedcba9876543210fedcba9876543210"}};

struct Signed {
  std::string method = "PUBLISH";
  std::string host = "live.example.com";
  std::string path = "/live/cam1";
  std::string address{};
  std::size_t key = 0;
};

std::string query_for(const Signed& what) {
  return signed_query(kKeys[what.key], {what.method, what.host, what.path, kExpires, what.address}, digest);
}

TokenRequest request_with(std::string_view query) {
  TokenRequest request;
  request.method = "PUBLISH";
  request.host = "live.example.com";
  request.path = "/live/cam1";
  request.address = "192.0.2.7";
  request.query = query;
  return request;
}

TokenFault judge(const TokenRequest& request, std::uint64_t now = kExpires) {
  return judge_token(request, kKeys, now, digest);
}

TokenFault judge_query(const std::string& query, std::uint64_t now = kExpires) {
  return judge(request_with(query), now);
}

} // namespace

TEST_CASE("A token is HMAC-SHA256 over method, host, path, expiry and address", "[stream token]") {
  // printf 'PUBLISH\nlive.example.com\n/live/cam1\n1790000000\n\n' |
  //   openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
  CHECK(query_for({}) ==
        "token=2026a.c2f409f09c03d8e81055f4de5b95ed1a884f2a72af3aecb33a13bd9a1215f241&expires=1790000000");
  CHECK(query_for({.host = "LIVE.example.com"}) == query_for({}));
}

TEST_CASE("A token opens what it was signed for", "[stream token]") {
  for (const Signed& good : std::vector<Signed>{{},
                                                {.address = "192.0.2.7"},
                                                {.path = "/live/"},
                                                {.path = "/live/", .address = "192.0.2.7"},
                                                {.path = "/live/cam1/"},
                                                {.key = 1}}) {
    CAPTURE(good.path, good.address, good.key);
    const std::string query = query_for(good);
    CHECK(judge_query(query) == TokenFault::none);
    CHECK(judge_query("a=b&" + query + "&c") == TokenFault::none);
    TokenRequest request = request_with(query);
    request.host = "Live.Example.COM";
    CHECK(judge(request) == TokenFault::none);
  }
  TokenRequest application = request_with({});
  const std::string folder = query_for({.path = "/live/"});
  application.path = "/live";
  application.query = folder;
  CHECK(judge(application) == TokenFault::none);
}

TEST_CASE("A token opens nothing else", "[stream token]") {
  for (const Signed& other : std::vector<Signed>{{.method = "PLAY"},
                                                 {.host = "other.example.com"},
                                                 {.host = ""},
                                                 {.path = "/live/cam"},
                                                 {.path = "/live/cam11"},
                                                 {.path = "/live"},
                                                 {.path = "/"},
                                                 {.path = "/lives/"},
                                                 {.path = "/live/cam1 "},
                                                 {.address = "192.0.2.8"},
                                                 {.address = "2001:db8::7"}}) {
    CAPTURE(other.method, other.host, other.path, other.address);
    CHECK(judge_query(query_for(other)) == TokenFault::other);
  }
  const std::string query = query_for({});
  std::string forged = query;
  forged.replace(forged.find("expires=179"), 11, "expires=180");
  CHECK(judge_query(forged) == TokenFault::other);
  std::string other_key = query_for({.key = 1});
  other_key.replace(0, std::string("token=b").size(), "token=2026a");
  CHECK(judge_query(other_key) == TokenFault::other);
  // Lines must not move into one another.
  TokenRequest shifted = request_with({});
  shifted.path = "/live/cam1\n1790000000\n";
  const std::string moved = query_for({.path = "/live/cam1\n1790000000\n"});
  shifted.query = moved;
  CHECK(judge(shifted) == TokenFault::other);
}

TEST_CASE("Each digit of a token counts", "[stream token]") {
  const std::string query = query_for({});
  const std::size_t begin = query.find('.') + 1;
  for (std::size_t i = begin; i < begin + 64; ++i) {
    CAPTURE(i);
    std::string forged = query;
    forged[i] = forged[i] == '0' ? '1' : '0';
    CHECK(judge_query(forged) == TokenFault::other);
  }
}

TEST_CASE("A token is good until it expires, and for the clocks' minute after that", "[stream token]") {
  const std::string query = query_for({});
  CHECK(judge_query(query, 0) == TokenFault::none);
  CHECK(judge_query(query, kExpires + 60) == TokenFault::none);
  CHECK(judge_query(query, kExpires + 61) == TokenFault::expired);
}

TEST_CASE("What is not written as a token is refused", "[stream token]") {
  const std::string good = query_for({});
  const std::string token = good.substr(0, good.find('&'));
  const std::string hmac(64, 'a');
  for (const std::string& query : std::vector<std::string>{
           token, "expires=1790000000", good + "&expires=1790000000", good + "&" + token, "token=&expires=1",
           "token=2026a&expires=1", "token=" + hmac + "&expires=1",
           "token=2026a." + hmac + "&expires=", "token=2026a." + hmac + "&expires=+1",
           "token=2026a." + hmac + "&expires=-1", "token=2026a." + hmac + "&expires=01",
           "token=2026a." + hmac + "&expires=0x1", "token=2026a." + hmac + "&expires=1 ",
           "token=2026a." + hmac + "&expires=100000000000", "token=2026a." + hmac + "&expires=99999999999999999999999",
           "token=2026a." + hmac + "a&expires=1790000000", "token=2026a." + hmac.substr(1) + "&expires=1790000000",
           "token=2026a.A" + hmac.substr(1) + "&expires=1790000000",
           "token=2026a.g" + hmac.substr(1) + "&expires=1790000000"}) {
    CAPTURE(query);
    CHECK(judge_query(query) == TokenFault::malformed);
  }
  for (const std::string query : {"", "key=1", "Token=2026a.x", "mytoken=1&myexpires=2", "tokens"}) {
    CAPTURE(query);
    CHECK(judge_query(query) == TokenFault::missing);
  }
  CHECK(judge_query("token=c." + hmac + "&expires=1790000000") == TokenFault::unknown_key);
  CHECK(judge_query("token=." + hmac + "&expires=1790000000") == TokenFault::unknown_key);
}

TEST_CASE("A token that is cut anywhere opens nothing", "[stream token]") {
  const std::string query = query_for({});
  for (std::size_t count = 0; count < query.size(); ++count) {
    CAPTURE(count);
    CHECK(judge_query(query.substr(0, count)) != TokenFault::none);
  }
}

TEST_CASE("Behind an application a token must be for its folder, and one behind the name goes first",
          "[stream token]") {
  const std::string folder = query_for({.path = "/live/"});
  const std::string single = query_for({});
  TokenRequest request = request_with({});
  request.app_query = folder;
  CHECK(judge(request) == TokenFault::none);
  request.app_query = single;
  CHECK(judge(request) == TokenFault::only_folder);
  request.query = single;
  CHECK(judge(request) == TokenFault::none);
  request.app_query = folder;
  request.query = "expires=1790000000";
  CHECK(judge(request) == TokenFault::malformed);
}

TEST_CASE("A viewer's GET is about the stream without .flv", "[stream token]") {
  CHECK(path_of_view("/live/cam1.flv") == "/live/cam1");
  CHECK(path_of_view("/live/cam1") == "/live/cam1");
  CHECK(path_of_view("/live/cam1.flv.flv") == "/live/cam1.flv");
}

TEST_CASE("A query with both fields of a token is kept out of logs, whatever it is worth", "[stream token]") {
  for (const std::string& query : {query_for({}), "a=b&" + query_for({}) + "&c=d", std::string("expires=1&token=2"),
                                   std::string("token=&expires="), std::string("a=1&amp;token=2&amp;expires=3")}) {
    CAPTURE(query);
    CHECK(looks_like_token(query));
  }
  for (const char* const query : {"", "token=1", "expires=1", "key=1&expires=2", "tokens&expires=2", "token&expires"}) {
    CAPTURE(query);
    CHECK_FALSE(looks_like_token(query));
  }
}
