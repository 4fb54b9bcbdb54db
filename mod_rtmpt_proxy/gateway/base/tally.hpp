// SPDX-License-Identifier: Apache-2.0
// Counts by key, shared by threads.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

// Every thread may use it. Must outlive its Use objects.
template <class Key>
class Tally {
  using Counts = std::map<Key, std::size_t>;

 public:
  Tally() = default;
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  // Counts one for its key as long as it lives. Used by one thread at a time.
  class Use {
   public:
    Use(Use&& other) noexcept : tally_(std::exchange(other.tally_, nullptr)), place_(other.place_) {}
    Use& operator=(Use&& other) noexcept {
      std::swap(tally_, other.tally_);
      std::swap(place_, other.place_);
      return *this;
    }
    ~Use() {
      if (tally_) tally_->leave(place_);
    }

    const Key& key() const { return place_->first; }

   private:
    friend class Tally;
    Use(Tally& tally, typename Counts::iterator place) : tally_(&tally), place_(place) {}

    Tally* tally_;
    typename Counts::iterator place_;
  };

  Use enter(const Key& key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto place = counts_.try_emplace(key, 0).first;
    ++place->second;
    ++total_;
    return Use(*this, place);
  }

  // The same, if that leaves no more than `most` of the key.
  std::optional<Use> enter_below(const Key& key, std::size_t most) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto place = counts_.try_emplace(key, 0).first;
    if (place->second < most) {
      ++place->second;
      ++total_;
      return Use(*this, place);
    }
    if (place->second == 0) counts_.erase(place);
    return std::nullopt;
  }

  std::size_t count(const Key& key) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = counts_.find(key);
    return found == counts_.end() ? 0 : found->second;
  }

  // The keys whose count is one or more.
  std::vector<Key> keys() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<Key> keys;
    for (const auto& [key, count] : counts_)
      keys.push_back(key);
    return keys;
  }

  // The sum over all keys.
  std::size_t total() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return total_;
  }

 private:
  void leave(typename Counts::iterator place) {
    const std::lock_guard<std::mutex> lock(mutex_);
    --total_;
    if (--place->second == 0) counts_.erase(place);
  }

  mutable std::mutex mutex_;
  Counts counts_;
  std::size_t total_ = 0;
};

} // namespace rtmpt_proxy::gateway
