// SPDX-License-Identifier: Apache-2.0
// Sessions at the members of a farm, begun one by one or many at a time.
#pragma once

#include "support/clients/tunnel_client.hpp"
#include "support/peers/farm_member.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// A session that some member has greeted.
struct FarmSession {
  TunnelClient client;
  char member = '?'; // FarmMember::name()
};

// Asks the member of a session just opened for its name. Throws std::runtime_error, TimedOut.
void meet_member(FarmSession& session);

// Opens a session and meets its member. Throws std::runtime_error when it is not opened or goes wrong. `headers` go
// into each request.
FarmSession begin_session(const Endpoint& endpoint, const std::string& headers = {});

// Sends `bytes` random bytes and compares what comes back from the member. Throws std::runtime_error naming the first
// difference, TimedOut.
void carry_and_return(FarmSession& session, std::size_t bytes, std::uint32_t seed);

// `count` sessions, begun by `at_once` threads. Throws std::runtime_error with the first failure's text when any fails.
std::vector<FarmSession> begin_sessions(const Endpoint& endpoint, std::size_t count, std::size_t at_once = 8);

// How many of them are at this member.
std::size_t sessions_at(const std::vector<FarmSession>& sessions, const FarmMember& member);

// Closes the first `count` sessions that are at this member and removes them. Throws when there are fewer.
void end_sessions(std::vector<FarmSession>& sessions, const FarmMember& member, std::size_t count);

// "<Proxy balancer://NAME>" with a BalancerMember line for each of `members` (URL and parameters) and the other lines
// of `settings`.
std::string balancer_section(const std::string& name, const std::vector<std::string>& members,
                             const std::string& settings = {});

} // namespace rtmpt_proxy::test
