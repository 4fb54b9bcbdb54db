// SPDX-License-Identifier: Apache-2.0
#include "support/clients/farm_sessions.hpp"

#include "support/os/random_bytes.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace rtmpt_proxy::test {

void meet_member(FarmSession& session) {
  const auto reply = session.client.send("?");
  if (reply.status != 200) throw std::runtime_error("the first send was answered: " + reply.head);
  session.member = FarmMember::name_in(session.client.poll_for(FarmMember::kGreetingBytes + 1));
}

FarmSession begin_session(const Endpoint& endpoint, const std::string& headers) {
  FarmSession session{TunnelClient(endpoint, headers)};
  session.client.open();
  meet_member(session);
  return session;
}

void carry_and_return(FarmSession& session, std::size_t bytes, std::uint32_t seed) {
  auto wanted = session.client.received();
  for (const auto& piece : random_pieces(random_bytes(bytes, seed), 9'000, seed)) {
    wanted += piece;
    const auto reply = session.client.send(piece);
    if (reply.status != 200) throw std::runtime_error("a send was answered: " + reply.head);
  }
  const auto found = difference(session.client.poll_for(wanted.size()), wanted);
  if (!found.empty()) throw std::runtime_error("back from the member: " + found);
}

std::vector<FarmSession> begin_sessions(const Endpoint& endpoint, std::size_t count, std::size_t at_once) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::vector<FarmSession> sessions;
  std::string failure;
  const auto begin_some = [&] {
    while (next++ < count) {
      try {
        auto session = begin_session(endpoint);
        const std::lock_guard lock(mutex);
        sessions.push_back(std::move(session));
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        if (failure.empty()) failure = error.what();
      }
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < at_once; ++i)
    threads.emplace_back(begin_some);
  for (auto& thread : threads)
    thread.join();
  if (!failure.empty()) {
    throw std::runtime_error(std::to_string(count - sessions.size()) + " of " + std::to_string(count) +
                             " sessions failed, one of them: " + failure);
  }
  return sessions;
}

std::size_t sessions_at(const std::vector<FarmSession>& sessions, const FarmMember& member) {
  const auto count = std::count_if(sessions.begin(), sessions.end(),
                                   [&](const FarmSession& session) { return session.member == member.name(); });
  return static_cast<std::size_t>(count);
}

void end_sessions(std::vector<FarmSession>& sessions, const FarmMember& member, std::size_t count) {
  for (auto it = sessions.begin(); count > 0; --count) {
    it = std::find_if(it, sessions.end(), [&](const auto& session) { return session.member == member.name(); });
    if (it == sessions.end()) throw std::runtime_error("fewer sessions at the member than are to end");
    if (it->client.close().status != 200) throw std::runtime_error("a close was not answered with 200");
    it = sessions.erase(it);
  }
}

std::string balancer_section(const std::string& name, const std::vector<std::string>& members,
                             const std::string& settings) {
  std::string text = "<Proxy balancer://" + name + ">\n";
  for (const auto& member : members)
    text += "  BalancerMember " + member + "\n";
  return text + settings + "</Proxy>\n";
}

} // namespace rtmpt_proxy::test
