// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/session_counts.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::Refusal;
using protocol::Refused;

Choice SessionCounts::choose(const std::vector<protocol::Candidate>& candidates) {
  const std::lock_guard<std::mutex> lock(entrance_);
  std::size_t best = 0;
  std::uint64_t best_load = 0;
  bool best_drained = true;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const bool drained = is_drained_here(candidates[i].backend);
    const std::uint64_t load = backends_.count(candidates[i].backend) + 1;
    // Fractions are compared without dividing: load / weight < best load / best weight.
    const bool less_busy = load * candidates[best].weight < best_load * candidates[i].weight;
    if (i == 0 || (best_drained && !drained) || (best_drained == drained && less_busy)) {
      best = i;
      best_load = load;
      best_drained = drained;
    }
  }
  return {best, backends_.enter(candidates[best].backend)};
}

std::optional<Refused> SessionCounts::over_limit(const protocol::Admission& admission) const {
  const std::uint32_t most = admission.terms.max_sessions;
  const std::uint32_t most_of_client = admission.terms.max_sessions_per_client;
  if (most > 0 && vhosts_.count(admission.vhost_key) >= most)
    return Refused{Refusal::too_many_sessions, std::to_string(most) + " sessions are live"};
  if (most_of_client > 0 &&
      clients_.count({admission.vhost_key, counted_as(admission.client_address)}) >= most_of_client)
    return Refused{Refusal::too_many_sessions_of_client,
                   std::to_string(most_of_client) + " sessions of this client are live"};
  return std::nullopt;
}

std::variant<SessionPlaces, Refused> SessionCounts::admit(const protocol::Admission& admission,
                                                          std::optional<BackendPlace> kept) {
  const std::lock_guard<std::mutex> lock(entrance_);
  if (is_drained_here(admission.backend)) return Refused{Refusal::backend_drained, "an administrator has drained it"};
  if (std::optional<Refused> refused = over_limit(admission)) return std::move(*refused);
  const bool fits = kept && kept->key() == admission.backend;
  return SessionPlaces{fits ? std::move(*kept) : backends_.enter(admission.backend), vhosts_.enter(admission.vhost_key),
                       clients_.enter({admission.vhost_key, counted_as(admission.client_address)}), std::nullopt};
}

void SessionCounts::set_drained(const protocol::BackendAddress& backend, bool drained) {
  const std::lock_guard<std::mutex> lock(entrance_);
  if (drained)
    drained_.insert(backend);
  else
    drained_.erase(backend);
}

bool SessionCounts::is_drained(const protocol::BackendAddress& backend) const {
  const std::lock_guard<std::mutex> lock(entrance_);
  return is_drained_here(backend);
}

void SessionCounts::note_failure(const protocol::BackendAddress& backend, TimePoint now) {
  const std::lock_guard<std::mutex> lock(entrance_);
  Failures& failures = failures_[backend];
  ++failures.count;
  failures.last = now;
}

void SessionCounts::note_success(const protocol::BackendAddress& backend) {
  const std::lock_guard<std::mutex> lock(entrance_);
  if (const auto found = failures_.find(backend); found != failures_.end()) found->second.last.reset();
}

bool SessionCounts::has_just_failed(const protocol::BackendAddress& backend, TimePoint now,
                                    std::chrono::seconds within) const {
  const std::lock_guard<std::mutex> lock(entrance_);
  const auto found = failures_.find(backend);
  return found != failures_.end() && found->second.last && now - *found->second.last < within;
}

std::uint64_t SessionCounts::failures_at(const protocol::BackendAddress& backend) const {
  const std::lock_guard<std::mutex> lock(entrance_);
  const auto found = failures_.find(backend);
  return found == failures_.end() ? 0 : found->second.count;
}

std::set<protocol::BackendAddress> SessionCounts::backends() const {
  const std::lock_guard<std::mutex> lock(entrance_);
  std::set<protocol::BackendAddress> all = drained_;
  for (protocol::BackendAddress& backend : backends_.keys())
    all.insert(std::move(backend));
  for (const auto& [backend, failures] : failures_)
    all.insert(backend);
  return all;
}

LoopChoice SessionCounts::choose_loop(std::uint32_t loops, std::size_t few_sessions) {
  const std::lock_guard<std::mutex> lock(entrance_);
  std::uint32_t best = 0;
  std::size_t fewest = loops_.count(0);
  bool best_full = full_loops_[0];
  for (std::uint32_t index = 1; index < loops && (best_full || fewest >= few_sessions); ++index) {
    const std::size_t sessions = loops_.count(index);
    const bool full = full_loops_[index];
    if (full != best_full ? full : sessions >= fewest) continue;
    best = index;
    fewest = sessions;
    best_full = full;
  }
  return {best, loops_.enter(best)};
}

LoopChoice SessionCounts::choose_tls_loop(std::uint32_t loops) {
  const std::lock_guard<std::mutex> lock(entrance_);
  std::uint32_t best = 0;
  for (std::uint32_t index = 1; index < loops; ++index) {
    const auto rank = [this](std::uint32_t loop) {
      return std::pair(full_loops_[loop].load(), tls_loops_.count(loop));
    };
    if (rank(index) < rank(best)) best = index;
  }
  return {best, tls_loops_.enter(best)};
}

} // namespace rtmpt_proxy::gateway
