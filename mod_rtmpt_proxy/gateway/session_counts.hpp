// How many sessions each media server, virtual host and client has: for the choice among backends and for limits. All
// children of httpd ask this one place, so the counts are whole.
#pragma once

#include <rtmpt_proxy/protocol/gateway_message.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

// Counts by key. Not thread-safe; must outlive its uses.
template <class Key>
class Tally {
  using Counts = std::map<Key, std::size_t>;

 public:
  // Counts one for its key for as long as it lives.
  class Use {
   public:
    Use(Use&& other) noexcept : counts_(std::exchange(other.counts_, nullptr)), place_(other.place_) {}
    Use& operator=(Use&& other) noexcept {
      std::swap(counts_, other.counts_);
      std::swap(place_, other.place_);
      return *this;
    }
    ~Use() {
      if (counts_ && --place_->second == 0) counts_->erase(place_);
    }

    const Key& key() const { return place_->first; }

   private:
    friend class Tally;
    Use(Counts& counts, const Key& key) : counts_(&counts), place_(counts.try_emplace(key, 0).first) {
      ++place_->second;
    }

    Counts* counts_;
    typename Counts::iterator place_;
  };

  Use enter(const Key& key) { return Use(counts_, key); }

  std::size_t count(const Key& key) const {
    const auto found = counts_.find(key);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  Counts counts_;
};

using BackendPlace = Tally<protocol::BackendAddress>::Use;

// The places one session takes, from its admission to its end.
struct SessionPlaces {
  BackendPlace backend;
  Tally<std::string>::Use virtual_host;
  Tally<std::pair<std::string, std::string>>::Use client; // of the virtual host
};

// Sessions count from the moment they are asked for, so that many at once do not all choose the same backend or slip
// through a limit together.
class SessionCounts {
 public:
  // The index of the candidate that has the fewest sessions for its weight once it has one more; among equals the
  // first. `candidates` is not empty.
  std::size_t choose(const std::vector<protocol::Candidate>& candidates) const;

  BackendPlace enter(const protocol::BackendAddress& backend) { return backends_.enter(backend); }

  // Why the admission's limits forbid another session; unset when they do not.
  std::optional<protocol::Refused> over_limit(const protocol::Admission& admission) const;

  // `kept` is used when it is a place at the admission's backend, and given up otherwise.
  SessionPlaces enter(const protocol::Admission& admission, std::optional<BackendPlace> kept);

  std::size_t sessions_at(const protocol::BackendAddress& backend) const { return backends_.count(backend); }

 private:
  Tally<protocol::BackendAddress> backends_;
  Tally<std::string> virtual_hosts_;
  Tally<std::pair<std::string, std::string>> clients_;
};

} // namespace rtmpt_proxy::gateway
