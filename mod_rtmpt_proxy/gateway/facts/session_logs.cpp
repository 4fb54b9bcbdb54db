// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/session_logs.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

SessionLogs::SessionLogs(spdlog::logger& log, std::string syslog_path) : surroundings_{log, std::move(syslog_path)} {}

void SessionLogs::use(const std::vector<protocol::SessionLogTarget>& targets,
                      std::vector<local::Descriptor> descriptors) {
  const std::lock_guard<std::mutex> lock(mutex_);
  // Kept until the new ones exist, so that logs with the same name continue.
  std::vector<std::shared_ptr<SessionLog>> before = std::exchange(configured_, {});
  auto next = descriptors.begin();
  for (const protocol::SessionLogTarget& target : targets) {
    local::Descriptor descriptor;
    if (target.kind != protocol::SessionLogKind::syslog && next != descriptors.end()) descriptor = std::move(*next++);
    configured_.push_back(find_or_make(target.name));
    configured_.back()->use(target, std::move(descriptor));
  }
  before.clear();
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
}

std::shared_ptr<SessionLog> SessionLogs::named(const std::string& name) {
  if (name.empty()) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  return find_or_make(name);
}

std::shared_ptr<SessionLog> SessionLogs::find_or_make(const std::string& name) {
  std::weak_ptr<SessionLog>& known = known_[name];
  std::shared_ptr<SessionLog> found = known.lock();
  if (!found) {
    found = std::make_shared<SessionLog>(name, surroundings_);
    known = found;
  }
  return found;
}

} // namespace rtmpt_proxy::gateway
