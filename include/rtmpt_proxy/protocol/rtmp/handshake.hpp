// SPDX-License-Identifier: Apache-2.0
// RTMP's handshake (Adobe, "RTMP specification 1.0", 5.2), read and answered on either side. It carries nothing but the
// version: both sides send 3073 bytes.
//
//   client                                       server
//   C0    1 byte: 3                        ->
//   C1    1536 bytes: time, version, random ->
//                                           <-   S0, S1   as C0 and C1
//                                           <-   S2       1536 bytes: C1 again, or a digest of it
//   C2    1536 bytes: S1 again             ->
//
// Players of Adobe put a digest into C1 and check the one in S1 and S2 before they play H.264 or AAC. ffmpeg does so
// too. The form of the digests is not in the specification. It is known from the open servers and clients:
//
//   C1 or S1 = time 4, version 4, random 1528. In the random part are 32 bytes D at
//              base + 4 + (sum of the 4 bytes at base) mod 728, base 772 or 8, with
//              D = HMAC-SHA256(a part of the sender's known key, all other bytes of C1 or S1)
//   S2       = random 1504, HMAC-SHA256(HMAC-SHA256(the server's whole known key, D of C1), these 1504)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::protocol {

inline constexpr std::uint8_t kRtmpVersion = 3;
inline constexpr std::size_t kHandshakePartBytes = 1536;                      // C1, C2, S1, S2
inline constexpr std::size_t kHandshakeBytes = 1 + 2 * kHandshakePartBytes;   // of each side
inline constexpr std::size_t kHandshakeRandomBytes = kHandshakePartBytes - 8; // of one C1 or S1

enum class HandshakeError : std::uint8_t {
  none,
  not_rtmp,  // the first byte is no version of RTMP
  encrypted, // RTMPE (versions 6, 8, 9), which is not spoken here
};

// A short sentence for a log; it quotes nothing of the peer.
std::string_view to_string(HandshakeError error);

// Whether a first byte says that RTMP follows: plain, or encrypted.
bool is_rtmp_version(std::uint8_t byte);
bool is_encrypted_rtmp_version(std::uint8_t byte);

enum class HandshakeProgress : std::uint8_t {
  need_more, // no error: feed what comes next
  first,     // the first part is complete and must be answered: see take_first_part(); said once
  done,      // the peer's last part has come; what was not consumed is no handshake any more
  failed,    // see error(); stays
};

struct HandshakeFeedResult {
  HandshakeProgress progress = HandshakeProgress::need_more;
  std::size_t consumed_bytes = 0; // of the piece just fed; after `first` the rest must be fed again
};

// Reads the 3073 bytes of the peer, client or server, in pieces of any size. The last part is passed over unread:
// nobody sends anything there that matters, and GStreamer changes what it should repeat. Keeps 1536 bytes until they
// are taken.
class HandshakeReader {
 public:
  HandshakeFeedResult feed(std::string_view bytes);

  // C1 of a client or S1 of a server, once, after HandshakeProgress::first.
  std::string take_first_part() { return std::exchange(first_part_, {}); }

  bool is_done() const { return taken_bytes_ == kHandshakeBytes; }
  HandshakeError error() const { return error_; }

 private:
  std::string first_part_;
  std::size_t taken_bytes_ = 0; // version byte included
  HandshakeError error_ = HandshakeError::none;
};

// HMAC-SHA256 of `text`. The caller gives it, because this library links no cryptography.
using KeyedDigest = std::array<std::uint8_t, 32>;
using KeyedDigestFunction = KeyedDigest (*)(std::string_view key, std::string_view text);

// S0, S1 and S2 for a client's C1, which is kHandshakePartBytes long: with digests when C1 has a good one, else plain.
// `random` is kHandshakeRandomBytes long and new for each client.
std::string server_handshake(std::string_view c1, std::string_view random, KeyedDigestFunction digest);

// C0 and C1 of a client that uses no digest. `random` is kHandshakeRandomBytes long.
std::string client_handshake(std::string_view random);
// C2 for the server's S1 is S1 itself.

} // namespace rtmpt_proxy::protocol
