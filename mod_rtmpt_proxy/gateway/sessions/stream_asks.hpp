// SPDX-License-Identifier: Apache-2.0
// Where a stream asks httpd what its client may do.
#pragma once

#include <rtmpt_proxy/policy/login/login_challenges.hpp>
#include <rtmpt_proxy/protocol/messages/ask_answer.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace rtmpt_proxy::gateway {

// A loop's. Called in its thread.
class StreamAsks {
 public:
  // A number that no other question of this loop has.
  virtual std::uint64_t next_ticket() = 0;

  // Asks when it is the turn of `address` (see counted_as()). `text` is preamble and request. `done` is called later
  // with httpd's answer, whose status is 0 for none. When the answer is not wanted when its turn comes, httpd is not
  // asked, and `done` not called.
  virtual void ask(const std::string& address, std::string text, std::function<bool()> is_wanted,
                   std::function<void(const protocol::AskAnswer& answer)> done) = 0;

  // Tells httpd that a stream of that session at that virtual host has ended, as soon as it takes such notices. `text`
  // is preamble and request.
  virtual void tell(const protocol::SessionName& session, const protocol::VhostKey& vhost, std::string text) = 0;

  // httpd has refused a client of that address. Returns how long it waits for its refusal, as clients whose connect is
  // refused do; end_refusal() must follow once.
  virtual std::chrono::milliseconds begin_refusal(const std::string& address) = 0;
  virtual void end_refusal(const std::string& address) = 0;

  // For clients that log in: a new challenge for one; and whether the challenge that one answers is good. See
  // LoginChallenges.
  virtual std::string new_challenge(const policy::LoginSubject& subject) = 0;
  virtual policy::ChallengeVerdict use_challenge(const std::string& challenge, const policy::LoginSubject& subject) = 0;

 protected:
  ~StreamAsks() = default;
};

} // namespace rtmpt_proxy::gateway
