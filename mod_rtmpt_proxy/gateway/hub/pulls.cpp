// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/pulls.hpp"

#include "gateway/hub/hub_loop.hpp"
#include "gateway/hub/pull.hpp"

#include <exception>
#include <utility>

namespace rtmpt_proxy::gateway {

std::string_view to_string(PullState state) {
  switch (state) {
  case PullState::connecting: return "connecting";
  case PullState::idle: return "idle";
  case PullState::live: return "live";
  case PullState::waiting: break;
  }
  return "waiting";
}

bool Pulls::want(const std::shared_ptr<HubLoop>& loop, const PullTarget& target, const std::string& client) {
  {
    const std::lock_guard lock(mutex_);
    if (pulls_.contains(target.key)) return true;
    if (pulls_.size() >= kMostPulls || !loop->services().descriptors.has_room_for(1)) return false;
    std::size_t& silent = silent_[client];
    if (silent >= kMostSilentPulls) return false;
    pulls_[target.key] = {
        {target.admission.server_name, target.admission.backend_name, target.shown_path, PullState::connecting, 0},
        client};
    ++silent;
  }
  try {
    loop->start_pull(std::make_shared<Pull>(loop, *this, target));
  } catch (const std::exception&) { // no memory: a later viewer may try again
    end(target.key);
    return false;
  }
  return true;
}

void Pulls::end_silence(Entry& entry) {
  if (!std::exchange(entry.is_silent, false)) return;
  const auto found = silent_.find(entry.client);
  if (found != silent_.end() && --found->second == 0) silent_.erase(found);
}

void Pulls::forget(Entries::iterator place) {
  if (place == pulls_.end()) return;
  end_silence(place->second);
  pulls_.erase(place);
}

void Pulls::end(const PullKey& key) {
  const std::lock_guard lock(mutex_);
  forget(pulls_.find(key));
}

bool Pulls::end_unwatched(const PullKey& key) {
  const std::lock_guard lock(mutex_);
  if (streams_.viewers_of(key.first, key.second) > 0) return false;
  forget(pulls_.find(key));
  return true;
}

void Pulls::set_state(const PullKey& key, PullState state) {
  const std::lock_guard lock(mutex_);
  const auto found = pulls_.find(key);
  if (found == pulls_.end()) return;
  found->second.facts.state = state;
  if (state == PullState::live) end_silence(found->second);
}

void Pulls::set_reached(const PullKey& key, bool is_reached) {
  const std::lock_guard lock(mutex_);
  if (const auto found = pulls_.find(key); found != pulls_.end()) found->second.is_reached = is_reached;
}

bool Pulls::is_unreached(const PullKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = pulls_.find(key);
  return found != pulls_.end() && !found->second.is_reached;
}

std::vector<PullFacts> Pulls::facts() const {
  const std::lock_guard lock(mutex_);
  std::vector<PullFacts> all;
  all.reserve(pulls_.size());
  for (const auto& [key, pull] : pulls_) {
    all.push_back(pull.facts);
    all.back().viewers = streams_.viewers_of(key.first, key.second);
  }
  return all;
}

} // namespace rtmpt_proxy::gateway
