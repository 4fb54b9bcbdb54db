// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/greeting_places.hpp"

namespace rtmpt_proxy::gateway {

std::optional<GreetingPlaces::Place> GreetingPlaces::enter(const std::string& address) {
  if (!may_ask(address)) return std::nullopt;
  return clients_.enter(address);
}

bool GreetingPlaces::may_ask(const std::string& address) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return refusals_.may_ask(address);
}

std::chrono::milliseconds GreetingPlaces::begin_refusal(const std::string& address, TimePoint now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return refusals_.begin_wait(address, now);
}

void GreetingPlaces::end_refusal(const std::string& address) {
  const std::lock_guard<std::mutex> lock(mutex_);
  refusals_.end_wait(address);
}

} // namespace rtmpt_proxy::gateway
