// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/limits/open_gate.hpp>

#include <algorithm>

namespace rtmpt_proxy::policy {

std::size_t long_waits(std::size_t threads) {
  return std::max<std::size_t>(threads / 4, 1);
}

OpenGate::OpenGate(std::size_t places) : places_(places), share_(std::max<std::size_t>(places / 2, 1)) {}

bool OpenGate::is_slow(std::string_view server) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = servers_.find(server);
  return found != servers_.end() && found->second.slow;
}

bool OpenGate::take_place(std::string_view server) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Server& entry = servers_.try_emplace(std::string(server)).first->second;
  entry.slow = true;
  if (waiting_ >= places_ || entry.waiting >= share_) return false;
  ++entry.waiting;
  ++waiting_;
  return true;
}

void OpenGate::leave_place(std::string_view server) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = servers_.find(server);
  if (found == servers_.end() || found->second.waiting == 0) return;
  --found->second.waiting;
  --waiting_;
  forget_if_unused(found);
}

void OpenGate::answered(std::string_view server) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = servers_.find(server);
  if (found == servers_.end()) return;
  found->second.slow = false;
  forget_if_unused(found);
}

void OpenGate::forget_if_unused(Servers::iterator place) {
  if (place->second.waiting == 0 && !place->second.slow) servers_.erase(place);
}

} // namespace rtmpt_proxy::policy
