// How many sessions each media server, virtual host and client has: for the choice among backends and for limits. All
// children of httpd and all loops ask this one place, so the counts are whole.
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

// What limits per client take an address for: an IPv6 address for its /64, of which a single client has all, and any
// other for itself.
std::string counted_as(const std::string& client_address);

using BackendPlace = Tally<protocol::BackendAddress>::Use;

using LoopPlace = Tally<std::uint32_t>::Use;

// The places one session takes, from its admission to its end.
struct SessionPlaces {
  BackendPlace backend;
  Tally<std::string>::Use virtual_host;
  Tally<std::pair<std::string, std::string>>::Use client; // of the virtual host; see counted_as()
  std::optional<LoopPlace> loop;                          // once one is chosen
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

// Sessions count from the moment they are asked for, so that many at once do not all choose the same backend or slip
// through a limit together. Every thread may ask at any time.
class SessionCounts {
 public:
  // Takes a place at the candidate that has the fewest sessions for its weight once it has one more; among equals the
  // first. `candidates` is not empty.
  Choice choose(const std::vector<protocol::Candidate>& candidates);

  // The places of a new session, or why the admission's limits forbid it. `kept` is used when it is a place at the
  // admission's backend, and given up otherwise.
  std::variant<SessionPlaces, protocol::Refused> admit(const protocol::Admission& admission,
                                                       std::optional<BackendPlace> kept);

  // The event loop, of `loops`, for a new session, and its place there: the first one that has fewer than
  // `few_sessions`, for one wake-up of a loop serves the streams of many; when none has, the one with the fewest. One
  // that has hardly any time left is passed over while there is another.
  LoopChoice choose_loop(std::uint32_t loops, std::size_t few_sessions);

  // A loop found out whether it has hardly any time left. `loop` is below protocol::kMaxGateway.
  void set_loop_full(std::uint32_t loop, bool full) { full_loops_[loop] = full; }

  // From now on choose() passes this backend over while there is another, and admit() refuses it; or no longer.
  void set_drained(const protocol::BackendAddress& backend, bool drained);
  bool is_drained(const protocol::BackendAddress& backend) const;

  // An attempt to open a session there failed.
  void note_failure(const protocol::BackendAddress& backend);
  std::uint64_t failures_at(const protocol::BackendAddress& backend) const;

  // Every backend that has a session, is drained or has failed.
  std::set<protocol::BackendAddress> backends() const;

  std::size_t sessions_at(const protocol::BackendAddress& backend) const { return backends_.count(backend); }
  std::size_t sessions() const { return virtual_hosts_.total(); }

 private:
  std::optional<protocol::Refused> over_limit(const protocol::Admission& admission) const;

  bool is_drained_here(const protocol::BackendAddress& backend) const { return drained_.count(backend) > 0; }

  // Makes looking and taking one act. Leaving needs only the tallies' own locks.
  mutable std::mutex entrance_;
  std::set<protocol::BackendAddress> drained_;
  std::map<protocol::BackendAddress, std::uint64_t> failures_; // as many keys as httpd has backends
  Tally<protocol::BackendAddress> backends_;
  Tally<std::string> virtual_hosts_;
  Tally<std::pair<std::string, std::string>> clients_;
  Tally<std::uint32_t> loops_;
  std::array<std::atomic<bool>, protocol::kMaxGatewayLoops> full_loops_{};
};

} // namespace rtmpt_proxy::gateway
