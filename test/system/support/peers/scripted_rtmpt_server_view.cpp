// SPDX-License-Identifier: Apache-2.0
// What a test asks of the server and tells it; the serving itself is in scripted_rtmpt_server.cpp.
#include "support/peers/scripted_rtmpt_server.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::test {

void ScriptedRtmptServer::follow(RtmptScript script) {
  act([&] { script_ = std::move(script); });
}

void ScriptedRtmptServer::release() {
  act([this] { released_ = true; });
}

std::vector<RtmptRequest> ScriptedRtmptServer::requests() const {
  const std::lock_guard lock(mutex_);
  return ledger_.requests();
}

std::size_t ScriptedRtmptServer::count(const std::string& kind) const {
  const std::lock_guard lock(mutex_);
  const auto& all = ledger_.requests();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const auto& request) { return request.kind == kind; }));
}

std::size_t ScriptedRtmptServer::session_count() const {
  const std::lock_guard lock(mutex_);
  return ledger_.sessions().size();
}

std::size_t ScriptedRtmptServer::connection_count() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

RtmptRequest ScriptedRtmptServer::wait_for(const std::string& what,
                                           const std::function<bool(const RtmptRequest&)>& wanted,
                                           Deadline deadline) const {
  Lock lock(mutex_);
  const auto& all = ledger_.requests();
  const auto find = [&] { return std::find_if(all.begin(), all.end(), wanted); };
  const auto there = [&] { return find() != all.end(); };
  if (!changed_.wait_for(lock, std::chrono::milliseconds(deadline.poll_timeout()), there)) {
    throw TimedOut("the RTMPT server waited in vain for " + what);
  }
  return *find();
}

RtmptServerSession ScriptedRtmptServer::session(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return ledger_.sessions().at(index);
}

std::string ScriptedRtmptServer::wait_for_bytes(std::size_t session, std::size_t bytes, Deadline deadline) const {
  Lock lock(mutex_);
  const auto& received = ledger_.sessions().at(session).received;
  const auto enough = [&] { return received.size() >= bytes; };
  if (!changed_.wait_for(lock, std::chrono::milliseconds(deadline.poll_timeout()), enough)) {
    throw TimedOut("the RTMPT server received " + std::to_string(received.size()) + " of " + std::to_string(bytes) +
                   " bytes in time");
  }
  return received;
}

void ScriptedRtmptServer::send(std::size_t session, std::string_view bytes) {
  act([&] { ledger_.sessions().at(session).waiting += bytes; });
}

bool ScriptedRtmptServer::ended(std::size_t connection) const {
  const std::lock_guard lock(mutex_);
  return !connections_.at(connection)->open();
}

void ScriptedRtmptServer::wait_for_end(std::size_t connection, Deadline deadline) const {
  Lock lock(mutex_);
  const auto over = [&] { return !connections_.at(connection)->open(); };
  if (!changed_.wait_for(lock, std::chrono::milliseconds(deadline.poll_timeout()), over)) {
    throw TimedOut("connection " + std::to_string(connection) + " to the RTMPT server did not end in time");
  }
}

// The serving thread does it: closed elsewhere, the socket would live on for as long as that thread waits for it.
void ScriptedRtmptServer::end(std::size_t connection, RtmptAnswer::Then how) {
  act([&] { connections_.at(connection)->ending = how; });
  wait_for_end(connection);
}

void ScriptedRtmptServer::end_once_quiet(std::size_t connection, RtmptAnswer::Then how) {
  act([&] {
    connections_.at(connection)->ending = how;
    connections_.at(connection)->ending_once_quiet = true;
  });
  wait_for_end(connection);
}

void ScriptedRtmptServer::stop_reading(std::size_t connection) {
  act([&] { connections_.at(connection)->reading = false; });
}

void ScriptedRtmptServer::resume_reading(std::size_t connection) {
  act([&] { connections_.at(connection)->reading = true; });
}

void ScriptedRtmptServer::stop_listening() {
  act([this] { listener_.reset(); });
}

std::vector<std::string> ScriptedRtmptServer::take_faults() {
  const std::lock_guard lock(mutex_);
  return std::exchange(ledger_.faults(), {});
}

} // namespace rtmpt_proxy::test
