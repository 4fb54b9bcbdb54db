// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <algorithm>
#include <optional>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kDigestBytes = std::tuple_size_v<KeyedDigest>;
constexpr std::size_t kDigestPlaces = 728;
constexpr std::array<std::size_t, 2> kDigestBases{772, 8};
constexpr std::string_view kClientKey = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerKey = "Genuine Adobe Flash Media Server 001";
// The rest of the server's key, which is no text.
constexpr std::string_view kServerKeyRest("\xf0\xee\xc2\x4a\x80\x68\xbe\xe8\x2e\x00\xd0\xd1\x02\x9e\x7e\x57"
                                          "\x6e\xec\x5d\x2d\x29\x80\x6f\xab\x93\xb8\xe6\x36\xcf\xeb\x31\xae",
                                          32);
// Time 0, and a version that is known to have digests (Flash Media Server 5).
constexpr std::string_view kDigestHead("\0\0\0\0\x05\0\x01\x01", 8);
constexpr std::string_view kPlainHead("\0\0\0\0\0\0\0\0", 8);

std::string_view view(const KeyedDigest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Where the digest of a part is when its place is told at `base`.
std::size_t digest_place(std::string_view part, std::size_t base) {
  std::size_t sum = 0;
  for (const char byte : part.substr(base, 4))
    sum += static_cast<unsigned char>(byte);
  return base + 4 + sum % kDigestPlaces;
}

KeyedDigest digest_of(std::string_view part, std::size_t place, std::string_view key, KeyedDigestFunction digest) {
  std::string others(part.substr(0, place));
  others += part.substr(place + kDigestBytes);
  return digest(key, others);
}

// The base by which C1 has a good digest; unset when it has none.
std::optional<std::size_t> base_of_digest(std::string_view c1, KeyedDigestFunction digest) {
  if (c1.substr(4, 4) == kPlainHead.substr(4)) return std::nullopt;
  for (const std::size_t base : kDigestBases) {
    const std::size_t place = digest_place(c1, base);
    if (view(digest_of(c1, place, kClientKey, digest)) == c1.substr(place, kDigestBytes)) return base;
  }
  return std::nullopt;
}

// S1 with its digest, then S2.
std::string digest_answer(std::string_view c1, std::size_t base, std::string_view random, KeyedDigestFunction digest) {
  std::string s1(kDigestHead);
  s1 += random;
  const std::size_t place = digest_place(s1, base);
  s1.replace(place, kDigestBytes, view(digest_of(s1, place, kServerKey, digest)));

  const std::string_view clients = c1.substr(digest_place(c1, base), kDigestBytes);
  const KeyedDigest key = digest(std::string(kServerKey) + std::string(kServerKeyRest), clients);
  // S1's random part has been changed by its digest only; S2 may repeat it, because nobody compares the two.
  const std::string s2(random.substr(0, kHandshakePartBytes - kDigestBytes));
  return s1 + s2 + std::string(view(digest(view(key), s2)));
}

} // namespace

std::string_view to_string(HandshakeError error) {
  switch (error) {
  case HandshakeError::none: return "no error";
  case HandshakeError::not_rtmp: return "the first byte is no version of RTMP";
  case HandshakeError::encrypted: return "the handshake is encrypted (RTMPE)";
  }
  return "unknown";
}

bool is_encrypted_rtmp_version(std::uint8_t byte) {
  return byte == 6 || byte == 8 || byte == 9;
}

bool is_rtmp_version(std::uint8_t byte) {
  return byte == kRtmpVersion || is_encrypted_rtmp_version(byte);
}

HandshakeFeedResult HandshakeReader::feed(std::string_view bytes) {
  if (error_ != HandshakeError::none) return {HandshakeProgress::failed, 0};
  if (is_done()) return {HandshakeProgress::done, 0};
  HandshakeFeedResult result;
  if (taken_bytes_ == 0 && !bytes.empty()) {
    const auto version = static_cast<std::uint8_t>(bytes.front());
    if (version != kRtmpVersion) {
      error_ = is_encrypted_rtmp_version(version) ? HandshakeError::encrypted : HandshakeError::not_rtmp;
      return {HandshakeProgress::failed, 0};
    }
    result.consumed_bytes = taken_bytes_ = 1;
    bytes.remove_prefix(1);
  }
  if (taken_bytes_ < 1 + kHandshakePartBytes) {
    const std::string_view piece = bytes.substr(0, kHandshakePartBytes - first_part_.size());
    if (first_part_.empty() && !piece.empty()) first_part_.reserve(kHandshakePartBytes);
    first_part_ += piece;
    taken_bytes_ += piece.size();
    result.consumed_bytes += piece.size();
    if (first_part_.size() == kHandshakePartBytes) result.progress = HandshakeProgress::first;
    return result;
  }
  const std::size_t count = std::min(bytes.size(), kHandshakeBytes - taken_bytes_);
  taken_bytes_ += count;
  result.consumed_bytes += count;
  if (is_done()) result.progress = HandshakeProgress::done;
  return result;
}

std::string server_handshake(std::string_view c1, std::string_view random, KeyedDigestFunction digest) {
  std::string answer(1, static_cast<char>(kRtmpVersion));
  if (const auto base = base_of_digest(c1, digest)) return answer + digest_answer(c1, *base, random, digest);
  answer += kPlainHead; // a version above 0 without digests makes ffmpeg give up
  answer += random;
  return answer += c1;
}

std::string client_handshake(std::string_view random) {
  std::string hello(1, static_cast<char>(kRtmpVersion));
  hello += kPlainHead;
  return hello += random;
}

} // namespace rtmpt_proxy::protocol
