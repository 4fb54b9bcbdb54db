// SPDX-License-Identifier: Apache-2.0
// The challenges by which clients of RTMP log in. A challenge is a text of the gateway's own:
//
//   8 digits        16 digits   32 digits
//   +--------------+-----------+-------------------------------------------------------------------+
//   | when (in s)  | random    | the first half of HMAC-SHA256(key, when, random, for whom)        |
//   +--------------+-----------+-------------------------------------------------------------------+
//
// So nothing is kept of a challenge until somebody answers it, and a flood of connects fills nothing.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace rtmpt_proxy::policy {

// For whom a challenge is: it is no challenge for anybody else.
struct LoginSubject {
  std::string address; // of the client
  std::string host;    // that the client names
  std::string path;    // of the application
  std::string user;
};

enum class ChallengeVerdict : std::uint8_t {
  good,
  unknown, // not made here, or for somebody else
  expired, // older than kLifetime
  used,    // answered before
  crowded, // as many of this address, or of all, were answered within kLifetime as are kept in mind
};

// A few words for a log.
std::string_view to_string(ChallengeVerdict verdict);

// Not thread-safe. Memory: kMostUsed texts of 32 digits, and as many addresses.
class LoginChallenges {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // A client answers within one round trip; its turn to be asked about may take longer, but counts no more.
  static constexpr std::chrono::seconds kLifetime{60};
  static constexpr std::size_t kMostUsed = 65536;
  static constexpr std::size_t kMostUsedOfAddress = 128; // so that one address does not keep the others out
  static constexpr std::size_t kRandomBytes = 8;

  // `key` has 32 random bytes.
  LoginChallenges(std::string key, protocol::KeyedDigestFunction digest);

  // A new challenge. `random` has kRandomBytes and is new for each.
  std::string make(const LoginSubject& subject, std::string_view random, TimePoint now) const;

  // Somebody answers that challenge, rightly or not. Each challenge is good once.
  ChallengeVerdict use(std::string_view challenge, const LoginSubject& subject, TimePoint now);

 private:
  struct Used {
    TimePoint until;
    std::string proof;
    std::string address;
  };

  std::string proof_of(std::string_view front, const LoginSubject& subject) const;
  void forget_old(TimePoint now);

  std::string key_;
  protocol::KeyedDigestFunction digest_;
  std::deque<Used> in_order_; // the oldest first
  std::unordered_set<std::string> used_;
  std::unordered_map<std::string, std::size_t> used_of_; // by address, as counted_as() has it
};

} // namespace rtmpt_proxy::policy
