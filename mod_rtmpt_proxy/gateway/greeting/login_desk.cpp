// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/login_desk.hpp"

#include "gateway/base/keyed_digest.hpp"
#include "gateway/base/random_bytes.hpp"

#include <chrono>

namespace rtmpt_proxy::gateway {

namespace {
constexpr std::size_t kKeyBytes = 32;
} // namespace

LoginDesk::LoginDesk() : challenges_(random_text(kKeyBytes), keyed_digest) {}

std::string LoginDesk::new_challenge(const policy::LoginSubject& subject) {
  const std::string random = random_text(policy::LoginChallenges::kRandomBytes);
  const std::lock_guard<std::mutex> lock(mutex_);
  return challenges_.make(subject, random, std::chrono::steady_clock::now());
}

policy::ChallengeVerdict LoginDesk::use_challenge(const std::string& challenge, const policy::LoginSubject& subject) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return challenges_.use(challenge, subject, std::chrono::steady_clock::now());
}

} // namespace rtmpt_proxy::gateway
