// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/refusal_pace.hpp>

#include <algorithm>
#include <iterator>

namespace rtmpt_proxy::policy {

bool RefusalPace::may_ask(std::string_view address) const {
  const auto found = by_address_.find(address);
  return found == by_address_.end() || found->second->waiting < kMostWaiting;
}

RefusalPace::Entry& RefusalPace::entry_of(std::string_view address, TimePoint now) {
  if (const auto found = by_address_.find(address); found != by_address_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    Entry& entry = entries_.front();
    if (now - entry.last >= kForgiven) entry.refusals = 0;
    return entry;
  }
  if (entries_.size() >= kMostAddresses) {
    by_address_.erase(entries_.back().address);
    entries_.pop_back();
  }
  entries_.push_front({std::string(address), now});
  by_address_.emplace(entries_.front().address, entries_.begin());
  return entries_.front();
}

std::chrono::milliseconds RefusalPace::begin_wait(std::string_view address, TimePoint now) {
  Entry& entry = entry_of(address, now);
  entry.last = now;
  ++entry.waiting;
  ++entry.refusals;
  if (entry.refusals <= kFreeRefusals) return std::chrono::milliseconds{0};
  constexpr std::uint32_t kMostDoublings = 16;
  const std::uint32_t doublings = std::min(entry.refusals - kFreeRefusals - 1, kMostDoublings);
  return std::min(kFirstDelay * (1u << doublings), kMostDelay);
}

// An entry that was dropped for newer ones is not there any more.
void RefusalPace::end_wait(std::string_view address) {
  const auto found = by_address_.find(address);
  if (found != by_address_.end() && found->second->waiting > 0) --found->second->waiting;
}

} // namespace rtmpt_proxy::policy
