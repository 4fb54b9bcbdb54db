// SPDX-License-Identifier: Apache-2.0
// How a client of RTMP logs in: challenges, answers, and what it is told.
#include "test/unit/protocol/rtmp/hmac.hpp"

#include <rtmpt_proxy/policy/login/adobe_proof.hpp>
#include <rtmpt_proxy/policy/login/login_challenges.hpp>
#include <rtmpt_proxy/policy/login/login_reply.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string>

#include <openssl/evp.h>

using namespace rtmpt_proxy::policy;
using namespace rtmpt_proxy::protocol;
using namespace std::chrono_literals;
using rtmpt_proxy::test::digest;

namespace {

Md5 md5(std::string_view text) {
  Md5 result{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), result.data(), &size, EVP_md5(), nullptr);
  return result;
}

const LoginSubject kAlice{"192.0.2.1", "live.example.com", "/live", "alice"};
constexpr LoginChallenges::TimePoint kNow{24h};

LoginChallenges challenges() {
  return LoginChallenges(std::string(32, 'k'), digest);
}

std::string random(int number) {
  std::string bytes(LoginChallenges::kRandomBytes, '\0');
  bytes[0] = static_cast<char>(number);
  bytes[1] = static_cast<char>(number >> 8);
  return bytes;
}

} // namespace

TEST_CASE("An answer by the password proves it, and nothing else does", "[login]") {
  const auto hash = read_realm_hash("aa18a7108377572664bee88a539d0550"); // htdigest's of alice:Studio:secret
  REQUIRE(hash);
  CHECK(md5("alice:Studio:secret") == *hash);
  CHECK(adobe_response(*hash, "0pen", "cafe0123", md5) == "i2T34X8lBrdl5HeOvR4Eeg==");
  const AdobeLogin right{"alice", "0pen", "cafe0123", "i2T34X8lBrdl5HeOvR4Eeg=="};
  CHECK(proves_password(right, *hash, md5));
  AdobeLogin wrong = right;
  wrong.opaque = "0ther";
  CHECK_FALSE(proves_password(wrong, *hash, md5));
  wrong = right;
  wrong.challenge = "cafe0124";
  CHECK_FALSE(proves_password(wrong, *hash, md5));
  CHECK_FALSE(proves_password({"alice", "", "", ""}, *hash, md5));
  CHECK_FALSE(proves_password(right, md5("alice:Studio:Secret"), md5));
  CHECK_FALSE(proves_password(right, md5("alice:Other:secret"), md5)); // of another realm
  for (std::size_t i = 0; i < right.response.size(); ++i) {
    wrong = right;
    wrong.response[i] = wrong.response[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(proves_password(wrong, *hash, md5));
    wrong.response = right.response.substr(0, i);
    CHECK_FALSE(proves_password(wrong, *hash, md5));
  }
}

TEST_CASE("What htdigest does not write is no hash", "[login]") {
  CHECK(read_realm_hash("00112233445566778899aAbBcCdDeEfF"));
  for (const std::string digits : {"", "00", "00112233445566778899aabbccddeef", "00112233445566778899aabbccddeefff",
                                   "0011223344556677 899aabbccddeeff", "00112233445566778899aabbccddeefg"}) {
    CAPTURE(digits);
    CHECK_FALSE(read_realm_hash(digits));
  }
}

TEST_CASE("A challenge is good once, for the client that it was made for, and for a minute", "[login]") {
  LoginChallenges all = challenges();
  const std::string challenge = all.make(kAlice, random(1), kNow);
  CHECK(challenge.size() == 56);
  CHECK(challenge.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(challenge != all.make(kAlice, random(2), kNow));
  LoginSubject other = kAlice;
  for (std::string LoginSubject::*part :
       {&LoginSubject::address, &LoginSubject::host, &LoginSubject::path, &LoginSubject::user}) {
    other = kAlice;
    other.*part += "x";
    CHECK(all.use(challenge, other, kNow) == ChallengeVerdict::unknown);
  }
  other = kAlice;
  other.path = "/liveal"; // the same letters, divided otherwise
  other.user = "ice";
  CHECK(all.use(challenge, other, kNow) == ChallengeVerdict::unknown);
  CHECK(LoginChallenges(std::string(32, 'l'), digest).use(challenge, kAlice, kNow) == ChallengeVerdict::unknown);
  for (std::size_t i = 0; i < challenge.size(); ++i) {
    std::string changed = challenge;
    changed[i] = changed[i] == '0' ? '1' : '0';
    CHECK(all.use(changed, kAlice, kNow) == ChallengeVerdict::unknown);
    CHECK(all.use(challenge.substr(0, i), kAlice, kNow) == ChallengeVerdict::unknown);
  }
  CHECK(all.use(challenge, kAlice, kNow + 60s) == ChallengeVerdict::good);
  CHECK(all.use(challenge, kAlice, kNow + 60s) == ChallengeVerdict::used);
  CHECK(all.use(challenge, kAlice, kNow + 61s) == ChallengeVerdict::expired);
  CHECK(all.use(challenge, kAlice, kNow + 10min) == ChallengeVerdict::expired);
  CHECK(all.use(all.make(kAlice, random(3), kNow), kAlice, kNow + 61s) == ChallengeVerdict::expired);
}

TEST_CASE("A used challenge stays used until it has expired, however many others are answered", "[login]") {
  LoginChallenges all = challenges();
  const std::string first = all.make(kAlice, random(0), kNow);
  CHECK(all.use(first, kAlice, kNow) == ChallengeVerdict::good);
  for (std::size_t i = 1; i < LoginChallenges::kMostUsed; ++i) {
    LoginSubject other = kAlice;
    other.address = "198.51." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    REQUIRE(all.use(all.make(other, random(static_cast<int>(i)), kNow), other, kNow) == ChallengeVerdict::good);
  }
  const std::string late = all.make(kAlice, random(-1), kNow + 60s);
  CHECK(all.use(late, kAlice, kNow + 60s) == ChallengeVerdict::crowded);
  CHECK(all.use(first, kAlice, kNow + 60s) == ChallengeVerdict::used);
  CHECK(all.use(late, kAlice, kNow + 61s) == ChallengeVerdict::good); // the old ones are forgotten
}

TEST_CASE("One address that answers many challenges keeps no other one out", "[login]") {
  LoginChallenges all = challenges();
  LoginSubject crowd = kAlice;
  const auto answer_one = [&](int number) { return all.use(all.make(crowd, random(number), kNow), crowd, kNow); };
  for (std::size_t i = 0; i < LoginChallenges::kMostUsedOfAddress; ++i) {
    crowd.address = "2001:db8::" + std::to_string(i); // one /64
    REQUIRE(answer_one(static_cast<int>(i)) == ChallengeVerdict::good);
  }
  CHECK(answer_one(-1) == ChallengeVerdict::crowded);
  CHECK(all.use(all.make(kAlice, random(-2), kNow), kAlice, kNow) == ChallengeVerdict::good);
}

TEST_CASE("A refused connect is told what its client can do about it", "[login]") {
  const AdobeLogin name{"alice", "", "", ""};
  const AdobeLogin answer{"alice", "o", "c", "r"};
  CHECK(login_reply({401, "", "Studio"}, std::nullopt) == LoginReply::wanted);
  CHECK(login_reply({401, "", "Studio"}, name) == LoginReply::challenge);
  CHECK(login_reply({401, "", "Studio"}, answer) == LoginReply::failed); // its challenge was no good one
  CHECK(login_reply({401, "", ""}, answer) == LoginReply::failed);
  CHECK(login_reply({401, "", ""}, name) == LoginReply::none);
  CHECK(login_reply({401, "", ""}, std::nullopt) == LoginReply::none);
  for (const int status : {0, 200, 403, 404, 500})
    for (const auto& login : {std::optional<AdobeLogin>{}, std::optional(name), std::optional(answer)})
      CHECK(login_reply({status, "", "Studio"}, login) == LoginReply::none);
  CHECK(is_step(LoginReply::wanted));
  CHECK(is_step(LoginReply::challenge));
  CHECK_FALSE(is_step(LoginReply::failed));
  CHECK_FALSE(is_step(LoginReply::none));
  CHECK(words_for(LoginReply::wanted, std::nullopt, "Studio", "") == adobe_wants_login());
  CHECK(words_for(LoginReply::challenge, name, "Studio", "ab") == adobe_challenge("alice", "Studio", "ab"));
  CHECK(words_for(LoginReply::failed, answer, "", "") == adobe_login_failed());
  CHECK(words_for(LoginReply::none, answer, "Studio", "ab").empty());
}
