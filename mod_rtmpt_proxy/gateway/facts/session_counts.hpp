// Counts the sessions of each backend, virtual host and client, for the choice among backends and for limits. All
// children of httpd and all loops use these counts, so they are complete.
#pragma once

#include "gateway/base/tally.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rtmpt_proxy::gateway {

// The key by which limits count a client: the /64 of an IPv6 address, because one client has all of it; any other
// address itself.
std::string counted_as(const std::string& client_address);

// A client of a virtual host, by its address; see counted_as().
using ClientOfVhost = std::pair<protocol::VhostKey, std::string>;

using BackendPlace = Tally<protocol::BackendAddress>::Use;

using LoopPlace = Tally<std::uint32_t>::Use;

// The places that one session takes, from its admission to its end.
struct SessionPlaces {
  BackendPlace backend;
  Tally<protocol::VhostKey>::Use vhost;
  Tally<ClientOfVhost>::Use client;
  std::optional<LoopPlace> loop; // once one is chosen
};

// A loop that was chosen, with the place kept there.
struct LoopChoice {
  std::uint32_t index = 0;
  LoopPlace place;
};

// A backend that was chosen, with the place kept there.
struct Choice {
  std::size_t index = 0; // into the candidates
  BackendPlace place;
};

// A session counts from the moment it is asked for, so that many opens at once do not all choose the same backend or
// exceed a limit together. Every thread may use it at any time.
class SessionCounts {
 public:
  // Takes a place at the candidate that has, with one session more, the fewest sessions for its weight; among equals at
  // the first. `candidates` must not be empty.
  Choice choose(const std::vector<protocol::Candidate>& candidates);

  // Takes the places of a new session, or says which limit forbids it. `kept` is used when it is a place at the
  // admission's backend; otherwise it is given up.
  std::variant<SessionPlaces, protocol::Refused> admit(const protocol::Admission& admission,
                                                       std::optional<BackendPlace> kept);

  // Chooses one of `loops` loops for a new session and takes a place there: the first loop with fewer than
  // `few_sessions` sessions, because one busy loop costs less than several that wake up for a few streams each. When
  // there is none, the loop with the fewest. A loop without time left is chosen only when all are like that.
  LoopChoice choose_loop(std::uint32_t loops, std::size_t few_sessions);

  // A loop reports whether it has hardly any time left. `loop` is below protocol::kMaxGatewayLoops.
  void set_loop_full(std::uint32_t loop, bool full) { full_loops_[loop] = full; }

  // `drained`: from now on choose() takes this backend only when there is no other, and admit() refuses it. Not
  // `drained`: no longer.
  void set_drained(const protocol::BackendAddress& backend, bool drained);
  bool is_drained(const protocol::BackendAddress& backend) const;

  // An attempt to open a session there failed.
  void note_failure(const protocol::BackendAddress& backend);
  std::uint64_t failures_at(const protocol::BackendAddress& backend) const;

  // Every backend that has a session, is drained or has failed.
  std::set<protocol::BackendAddress> backends() const;

  std::size_t sessions_at(const protocol::BackendAddress& backend) const { return backends_.count(backend); }
  std::size_t sessions() const { return vhosts_.total(); }

 private:
  std::optional<protocol::Refused> over_limit(const protocol::Admission& admission) const;

  bool is_drained_here(const protocol::BackendAddress& backend) const { return drained_.count(backend) > 0; }

  // Makes a check and the taking of a place one step. Giving a place back needs only the tallies' own locks.
  mutable std::mutex entrance_;
  std::set<protocol::BackendAddress> drained_;
  std::map<protocol::BackendAddress, std::uint64_t> failures_; // as many keys as httpd has backends
  Tally<protocol::BackendAddress> backends_;
  Tally<protocol::VhostKey> vhosts_;
  Tally<ClientOfVhost> clients_;
  Tally<std::uint32_t> loops_;
  std::array<std::atomic<bool>, protocol::kMaxGatewayLoops> full_loops_{};
};

} // namespace rtmpt_proxy::gateway
