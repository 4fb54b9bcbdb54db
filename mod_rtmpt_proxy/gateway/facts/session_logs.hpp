// SPDX-License-Identifier: Apache-2.0
// The session logs by name.
#pragma once

#include "gateway/facts/session_log.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// Every thread may use it at any time. Outlives the sessions.
class SessionLogs {
 public:
  explicit SessionLogs(spdlog::logger& log, std::string syslog_path = kSyslogPath);
  SessionLogs(const SessionLogs&) = delete;
  SessionLogs& operator=(const SessionLogs&) = delete;

  // Sets the logs that httpd has now. A log with a known name continues with the new descriptor, for running sessions
  // too. A log that is not listed any more ends with the last session that uses it. `descriptors` belong to the
  // `targets` that are not syslog, in the same order.
  void use(const std::vector<protocol::SessionLogTarget>& targets, std::vector<local::Descriptor> descriptors);

  // The log for a session that begins; null when `name` is empty. When httpd has not described that log yet, its lines
  // are lost until it does.
  std::shared_ptr<SessionLog> named(const std::string& name);

  // Of all logs, since the gateway began.
  std::uint64_t lost_lines() const { return surroundings_.lost_lines; }

 private:
  std::shared_ptr<SessionLog> find_or_make(const std::string& name);

  SessionLogSurroundings surroundings_;
  std::mutex mutex_; // guards what follows
  std::vector<std::shared_ptr<SessionLog>> configured_;
  std::map<std::string, std::weak_ptr<SessionLog>> known_; // configured, or used by a session
};

} // namespace rtmpt_proxy::gateway
