// SPDX-License-Identifier: Apache-2.0
#include "slow_names.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::test {

using gateway::Lookup;
using gateway::LookupStatus;

gateway::LookUp SlowNames::look_up() const {
  return [state = state_](const std::string& name) { return state->look_up(name); };
}

Lookup SlowNames::State::look_up(const std::string& name) {
  std::unique_lock<std::mutex> lock(mutex);
  ++lookups[name];
  most_under_way = std::max(most_under_way, ++under_way);
  changed.wait(lock, [&] { return !held[name]; });
  --under_way;
  const auto answer = answers.find(name);
  return answer == answers.end() ? failed("nobody knows") : answer->second;
}

void SlowNames::answer(const std::string& name, Lookup lookup) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->answers[name] = std::move(lookup);
}

void SlowNames::hold(const std::string& name) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->held[name] = true;
}

void SlowNames::let_go() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->held.clear();
  state_->changed.notify_all();
}

std::size_t SlowNames::lookups(const std::string& name) const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->lookups[name];
}

std::size_t SlowNames::under_way() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->under_way;
}

std::size_t SlowNames::most_under_way() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->most_under_way;
}

Lookup found(const std::string& address) {
  return {LookupStatus::found, {boost::asio::ip::make_address(address)}, {}};
}

Lookup failed(const std::string& why) {
  return {LookupStatus::failed, {}, why};
}

Lookup no_such_name() {
  return {LookupStatus::no_such_name, {}, "Name or service not known"};
}

} // namespace rtmpt_proxy::test
