// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/stream_register.hpp"

namespace rtmpt_proxy::gateway {

PublisherClaim StreamRegister::claim(const StreamKey& stream, Publisher publisher) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = publishers_.find(stream);
  if (found == publishers_.end()) {
    publishers_.emplace(stream, Entry{std::move(publisher), std::nullopt});
    return PublisherClaim::holds;
  }
  Entry& entry = found->second;
  const bool is_own = entry.holder.session == publisher.session;
  if (is_own || !policy::may_take_over(entry.holder.who, publisher.who)) return PublisherClaim::refused;
  if (entry.waiting) entry.waiting->on_take_over(publisher.session);
  entry.waiting = std::move(publisher);
  entry.holder.on_take_over(entry.waiting->session);
  return PublisherClaim::waits;
}

void StreamRegister::leave(const StreamKey& stream, const protocol::SessionName& session, Telling telling) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = publishers_.find(stream);
  if (found == publishers_.end()) return;
  Entry& entry = found->second;
  if (entry.waiting && entry.waiting->session == session) entry.waiting.reset();
  if (!(entry.holder.session == session)) return;
  if (!entry.waiting || telling == Telling::nobody) {
    publishers_.erase(found);
    return;
  }
  entry.holder = std::move(*entry.waiting);
  entry.waiting.reset();
  entry.holder.on_place();
}

std::size_t StreamRegister::published() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return publishers_.size();
}

} // namespace rtmpt_proxy::gateway
