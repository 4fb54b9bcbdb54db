// SPDX-License-Identifier: Apache-2.0
#include "policy/login/equal_text.hpp"

#include <rtmpt_proxy/policy/limits/counted_address.hpp>
#include <rtmpt_proxy/policy/login/login_challenges.hpp>

#include <charconv>
#include <utility>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::size_t kTimeDigits = 8;
constexpr std::size_t kFrontDigits = kTimeDigits + 2 * LoginChallenges::kRandomBytes;
constexpr std::size_t kProofBytes = 16;

std::string digits_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    digits += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return digits;
}

std::uint32_t seconds_at(LoginChallenges::TimePoint now) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
}

std::string time_digits(LoginChallenges::TimePoint now) {
  const std::uint32_t seconds = seconds_at(now);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(seconds >> shift);
  return digits_of(bytes);
}

} // namespace

std::string_view to_string(ChallengeVerdict verdict) {
  switch (verdict) {
  case ChallengeVerdict::good: return "good";
  case ChallengeVerdict::unknown: return "the challenge was not made for this client";
  case ChallengeVerdict::expired: return "the challenge is too old";
  case ChallengeVerdict::used: return "the challenge was answered before";
  case ChallengeVerdict::crowded: return "too many clients log in";
  }
  return "unknown";
}

LoginChallenges::LoginChallenges(std::string key, protocol::KeyedDigestFunction digest)
    : key_(std::move(key)), digest_(digest) {}

std::string LoginChallenges::make(const LoginSubject& subject, std::string_view random, TimePoint now) const {
  const std::string front = time_digits(now) + digits_of(random.substr(0, kRandomBytes));
  return front + proof_of(front, subject);
}

ChallengeVerdict LoginChallenges::use(std::string_view challenge, const LoginSubject& subject, TimePoint now) {
  if (challenge.size() != kFrontDigits + 2 * kProofBytes) return ChallengeVerdict::unknown;
  const std::string_view front = challenge.substr(0, kFrontDigits);
  const std::string proof = proof_of(front, subject);
  if (!equal_secrets(challenge.substr(kFrontDigits), proof)) return ChallengeVerdict::unknown;
  std::uint32_t made = 0;
  std::from_chars(front.data(), front.data() + kTimeDigits, made, 16); // the proof says that these are digits
  if (seconds_at(now) - made > kLifetime.count()) return ChallengeVerdict::expired;
  forget_old(now);
  if (used_.contains(proof)) return ChallengeVerdict::used;
  std::string address = counted_as(subject.address);
  if (used_.size() >= kMostUsed) return ChallengeVerdict::crowded;
  if (const auto of = used_of_.find(address); of != used_of_.end() && of->second >= kMostUsedOfAddress)
    return ChallengeVerdict::crowded;
  used_.insert(proof);
  ++used_of_[address];
  in_order_.push_back({now + kLifetime + std::chrono::seconds{1}, proof, std::move(address)});
  return ChallengeVerdict::good;
}

// A text of any length stands behind its length, so that no two subjects give the same bytes.
std::string LoginChallenges::proof_of(std::string_view front, const LoginSubject& subject) const {
  std::string text(front);
  for (const std::string* part : {&subject.address, &subject.host, &subject.path, &subject.user})
    text.append(std::to_string(part->size())).append(":").append(*part);
  const protocol::KeyedDigest digest = digest_(key_, text);
  return digits_of(std::string_view(reinterpret_cast<const char*>(digest.data()), kProofBytes));
}

void LoginChallenges::forget_old(TimePoint now) {
  while (!in_order_.empty() && in_order_.front().until <= now) {
    used_.erase(in_order_.front().proof);
    if (const auto of = used_of_.find(in_order_.front().address); --of->second == 0) used_of_.erase(of);
    in_order_.pop_front();
  }
}

} // namespace rtmpt_proxy::policy
