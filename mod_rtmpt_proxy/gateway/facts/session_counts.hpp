// SPDX-License-Identifier: Apache-2.0
// Counts the sessions of each backend, virtual host and client, for the choice among backends and for limits. All
// children of httpd and all loops use these counts, so they are complete.
#pragma once

#include "gateway/base/tally.hpp"
#include "gateway/base/time_point.hpp"
#include "gateway/facts/stream_register.hpp"

#include <rtmpt_proxy/policy/limits/counted_address.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <array>
#include <atomic>
#include <chrono>
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

using policy::counted_as;

// A client of a virtual host, by its address; see counted_as().
using ClientOfVhost = std::pair<protocol::VhostKey, std::string>;

using BackendPlace = Tally<protocol::BackendAddress>::Use;

using LoopPlace = Tally<std::uint32_t>::Use;

// The places that one session takes, from its admission to its end.
struct SessionPlaces {
  BackendPlace backend;
  Tally<protocol::VhostKey>::Use vhost;
  Tally<ClientOfVhost>::Use client;
  std::optional<LoopPlace> loop;                       // once one is chosen
  std::optional<StreamRegister::ViewerPlace> viewer{}; // of a viewer over HTTP, where RTMPTMaxViewers limits them
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

  // Chooses one of `loops` loops for making a client's TLS, before it is known what the client speaks, and takes a
  // place there: the loop with the fewest such clients. A loop without time left is chosen only when all are like that.
  LoopChoice choose_tls_loop(std::uint32_t loops);

  // A loop reports whether it has hardly any time left. `loop` is below protocol::kMaxGatewayLoops.
  void set_loop_full(std::uint32_t loop, bool full) { full_loops_[loop] = full; }

  // `drained`: from now on choose() takes this backend only when there is no other, and admit() refuses it. Not
  // `drained`: no longer.
  void set_drained(const protocol::BackendAddress& backend, bool drained);
  bool is_drained(const protocol::BackendAddress& backend) const;

  // An attempt to open a session there failed, or led to a session.
  void note_failure(const protocol::BackendAddress& backend, TimePoint now);
  void note_success(const protocol::BackendAddress& backend);
  std::uint64_t failures_at(const protocol::BackendAddress& backend) const;

  // Whether the last attempt there failed, less than `within` before `now`. After that time nobody knows.
  bool has_just_failed(const protocol::BackendAddress& backend, TimePoint now,
                       std::chrono::seconds within = kFailureCounts) const;
  static constexpr std::chrono::seconds kFailureCounts{10};
  // For those who look once in a while, as Prometheus does.
  static constexpr std::chrono::seconds kFailureIsSeen{60};

  // Every backend that has a session, is drained or has failed.
  std::set<protocol::BackendAddress> backends() const;

  std::size_t sessions_at(const protocol::BackendAddress& backend) const { return backends_.count(backend); }
  std::size_t sessions() const { return vhosts_.total(); }

 private:
  struct Failures {
    std::uint64_t count = 0;
    std::optional<TimePoint> last; // when the last attempt failed; unset: it did not fail
  };

  std::optional<protocol::Refused> over_limit(const protocol::Admission& admission) const;

  bool is_drained_here(const protocol::BackendAddress& backend) const { return drained_.count(backend) > 0; }

  // Makes a check and the taking of a place one step. Giving a place back needs only the tallies' own locks.
  mutable std::mutex entrance_;
  std::set<protocol::BackendAddress> drained_;
  std::map<protocol::BackendAddress, Failures> failures_; // as many keys as httpd has backends
  Tally<protocol::BackendAddress> backends_;
  Tally<protocol::VhostKey> vhosts_;
  Tally<ClientOfVhost> clients_;
  Tally<std::uint32_t> loops_;
  Tally<std::uint32_t> tls_loops_; // TLS clients without a stream
  std::array<std::atomic<bool>, protocol::kMaxGatewayLoops> full_loops_{};
};

} // namespace rtmpt_proxy::gateway
