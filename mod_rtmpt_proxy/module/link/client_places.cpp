// SPDX-License-Identifier: Apache-2.0
#include "module/link/client_places.hpp"

namespace rtmpt_proxy::apache {

std::shared_ptr<void> ClientPlaces::take(const std::string& client) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::size_t& count = taken_[client];
    if (count >= limit_) return nullptr;
    ++count;
  }
  return {this, [this, client](void*) { give_back(client); }};
}

void ClientPlaces::give_back(const std::string& client) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = taken_.find(client);
  if (found != taken_.end() && --found->second == 0) taken_.erase(found);
}

} // namespace rtmpt_proxy::apache
