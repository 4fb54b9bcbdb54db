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

  // As httpd has them from now on. A log of a known name goes on, with the new descriptor, for running sessions too;
  // one that is not among them any more ends with the last session that uses it. `descriptors` are those of `targets`
  // but of syslog, in their order.
  void use(const std::vector<protocol::SessionLogTarget>& targets, std::vector<Descriptor> descriptors);

  // The log of a session about to begin; null when `name` is empty. One that httpd has yet to describe loses the lines
  // until it does.
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
