// SPDX-License-Identifier: Apache-2.0
#include "hmac.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

constexpr std::string_view kPlayerKey = "Genuine Adobe Flash Player 001";
constexpr std::string_view kMediaServerKey = "Genuine Adobe Flash Media Server 001";
const std::string kKnown = "\xf0\xee\xc2\x4a\x80\x68\xbe\xe8\x2e\x00\xd0\xd1\x02\x9e\x7e\x57\x6e\xec\x5d\x2d\x29\x80"
                           "\x6f\xab\x93\xb8\xe6\x36\xcf\xeb\x31\xae"s;

std::string random_part(unsigned seed) {
  std::string text(kHandshakeRandomBytes, '\0');
  for (char& byte : text)
    byte = static_cast<char>((seed = seed * 1103515245u + 12345u) >> 16);
  return text;
}

std::size_t place(std::string_view part, std::size_t base) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < 4; ++i)
    sum += static_cast<unsigned char>(part[base + i]);
  return base + 4 + sum % 728;
}

std::string without_digest(const std::string& part, std::size_t at) {
  return part.substr(0, at) + part.substr(at + 32);
}

// C1 of a player of Adobe.
std::string signed_c1(std::size_t base, unsigned seed) {
  std::string c1 = "\0\0\0\1\x80\0\7\2"s + random_part(seed);
  const std::size_t at = place(c1, base);
  return c1.replace(at, 32, hmac(kPlayerKey, without_digest(c1, at)));
}

// Checks an answer as ffmpeg does.
void check_signed(const std::string& answer, const std::string& c1, std::size_t base) {
  REQUIRE(answer.size() == kHandshakeBytes);
  CHECK(answer[0] == 3);
  const std::string s1 = answer.substr(1, kHandshakePartBytes);
  const std::string s2 = answer.substr(1 + kHandshakePartBytes);
  CHECK(s1[4] != 0); // a version from which on the player looks at the digest
  const std::size_t at = place(s1, base);
  CHECK(s1.substr(at, 32) == hmac(kMediaServerKey, without_digest(s1, at)));
  const std::string key = hmac(std::string(kMediaServerKey) + kKnown, c1.substr(place(c1, base), 32));
  CHECK(s2.substr(kHandshakePartBytes - 32) == hmac(key, s2.substr(0, kHandshakePartBytes - 32)));
}

void check_plain(const std::string& answer, const std::string& c1, const std::string& random) {
  CHECK(answer == "\x03"s + std::string(8, '\0') + random + c1);
}

const std::string kPeer = "\x03"s + std::string(8, '\0') + random_part(7) + std::string(kHandshakePartBytes, '2');

} // namespace

TEST_CASE("A plain handshake is answered with C1 itself, and with a version that promises no digest", "[handshake]") {
  const std::string random = random_part(1);
  const std::string plain = std::string(8, '\0') + random_part(2);
  check_plain(server_handshake(plain, random, digest), plain, random);
  const std::string versioned = "\0\0\0\0\x80\0\7\2"s + random_part(3); // a version, and no digest
  check_plain(server_handshake(versioned, random, digest), versioned, random);
  const std::string unversioned = [] {
    std::string c1 = signed_c1(8, 4);
    return c1.replace(4, 4, 4, '\0'); // the digest is not good any more, nor is it looked for
  }();
  check_plain(server_handshake(unversioned, random, digest), unversioned, random);
}

TEST_CASE("A handshake with a digest is answered with digests, at the place that the client uses", "[handshake]") {
  const std::size_t base = GENERATE(8u, 772u);
  for (unsigned seed = 1; seed < 200; ++seed) { // the places come from random bytes
    const std::string c1 = signed_c1(base, seed);
    check_signed(server_handshake(c1, random_part(seed + 1000), digest), c1, base);
  }
}

TEST_CASE("A digest with one wrong bit is none", "[handshake]") {
  const std::string random = random_part(1);
  for (const std::size_t base : {8u, 772u}) {
    std::string c1 = signed_c1(base, 5);
    c1[place(c1, base) + 31] ^= 1;
    check_plain(server_handshake(c1, random, digest), c1, random);
  }
}

TEST_CASE("A client's hello is plain", "[handshake]") {
  const std::string random = random_part(9);
  CHECK(client_handshake(random) == "\x03"s + std::string(8, '\0') + random);
  CHECK(client_handshake(random).size() == 1 + kHandshakePartBytes);
}

TEST_CASE("A peer's handshake is read at every cut, and nothing behind it is taken", "[handshake]") {
  const std::string bytes = kPeer + "behind";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    HandshakeReader reader;
    std::size_t taken = 0;
    int firsts = 0;
    for (const std::string_view piece : {std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)}) {
      for (std::string_view rest = piece; !rest.empty() && !reader.is_done();) {
        const HandshakeFeedResult result = reader.feed(rest);
        REQUIRE(result.progress != HandshakeProgress::failed);
        if (result.progress == HandshakeProgress::first) {
          ++firsts;
          REQUIRE((reader.take_first_part() == kPeer.substr(1, kHandshakePartBytes)));
          REQUIRE(taken + result.consumed_bytes == 1 + kHandshakePartBytes);
        }
        REQUIRE(result.consumed_bytes > 0);
        taken += result.consumed_bytes;
        rest.remove_prefix(result.consumed_bytes);
      }
    }
    REQUIRE(firsts == 1);
    REQUIRE(reader.is_done());
    REQUIRE(taken == kHandshakeBytes);
  }
}

TEST_CASE("A first byte that is no version of RTMP fails, and nothing of it is taken", "[handshake]") {
  for (int byte = 0; byte < 256; ++byte) {
    HandshakeReader reader;
    const std::string bytes(1, static_cast<char>(byte));
    const HandshakeFeedResult result = reader.feed(bytes);
    const bool encrypted = byte == 6 || byte == 8 || byte == 9;
    CAPTURE(byte);
    CHECK(is_encrypted_rtmp_version(static_cast<std::uint8_t>(byte)) == encrypted);
    CHECK(is_rtmp_version(static_cast<std::uint8_t>(byte)) == (encrypted || byte == 3));
    if (byte == 3) {
      CHECK(result.progress == HandshakeProgress::need_more);
      CHECK(result.consumed_bytes == 1);
      continue;
    }
    CHECK(result.progress == HandshakeProgress::failed);
    CHECK(result.consumed_bytes == 0);
    CHECK(reader.error() == (encrypted ? HandshakeError::encrypted : HandshakeError::not_rtmp));
    CHECK(reader.feed(kPeer).progress == HandshakeProgress::failed); // for good
  }
}
