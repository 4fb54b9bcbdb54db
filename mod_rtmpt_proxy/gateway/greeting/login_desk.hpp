// SPDX-License-Identifier: Apache-2.0
// The challenges of all loops for clients that log in by Adobe's authmod.
#pragma once

#include <rtmpt_proxy/policy/login/login_challenges.hpp>

#include <mutex>
#include <string>

namespace rtmpt_proxy::gateway {

// Every thread may use it. Its key is as old as the process: clients that log in while a gateway takes the place of
// another one begin once more.
class LoginDesk {
 public:
  // Throws std::system_error when the kernel gives no random bytes.
  LoginDesk();

  // A new challenge for that client; throws as above.
  std::string new_challenge(const policy::LoginSubject& subject);

  // That client answers a challenge.
  policy::ChallengeVerdict use_challenge(const std::string& challenge, const policy::LoginSubject& subject);

 private:
  std::mutex mutex_;
  policy::LoginChallenges challenges_; // guarded by mutex_
};

} // namespace rtmpt_proxy::gateway
