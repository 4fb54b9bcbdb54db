// SPDX-License-Identifier: Apache-2.0
// One session log: a line for each session that has ended, to a file, a program or syslog.
#pragma once

#include "gateway/base/spdlog_logger.hpp"
#include "gateway/facts/syslog_socket.hpp"
#include "local/descriptor.hpp"

#include <rtmpt_proxy/policy/logs/session_log_format.hpp>
#include <rtmpt_proxy/policy/logs/session_log_record.hpp>
#include <rtmpt_proxy/protocol/messages/session_log_target.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// What all session logs have in common. Outlives them.
struct SessionLogSurroundings {
  spdlog::logger& log; // for what goes wrong
  std::string syslog_path = kSyslogPath;
  std::atomic<std::uint64_t> lost_lines{0}; // of all of them
};

// Every thread may use it at any time. A line that cannot be written at once is lost and counted: no stream ever waits
// for a log. The error log says when losing begins, and when it is over.
class SessionLog {
 public:
  // When a pipe has no reader, httpd is about to start the program again and to send a new descriptor. This many lines
  // wait for that.
  static constexpr std::size_t kMostWaiting = 64;

  // Takes no lines before use().
  SessionLog(std::string name, SessionLogSurroundings& surroundings);

  // Writes lines there from now on. `descriptor` is a file or a pipe, open for appending; empty for syslog.
  void use(const protocol::SessionLogTarget& target, local::Descriptor descriptor);

  // Writes the line by one write(2), of whole lines only.
  void write(const policy::SessionLogRecord& record);

 private:
  using Clock = std::chrono::steady_clock;

  void log_line(const std::string& line);
  // Each returns why the line is lost; empty when it is not.
  std::string put(const std::string& line);
  std::string put_into_descriptor(const std::string& line);
  std::string put_into_syslog(const std::string& line);
  void note_loss(const std::string& why);
  void note_success();

  const std::string name_;
  SessionLogSurroundings& surroundings_;
  std::mutex mutex_; // guards what follows
  protocol::SessionLogTarget target_;
  policy::SessionLogFormat format_;
  local::Descriptor descriptor_;
  SyslogSocket syslog_;
  std::vector<std::string> waiting_; // lines
  bool in_use_ = false;
  bool line_is_open_ = false;     // the last write ended inside a line
  std::uint64_t lost_in_row_ = 0; // since losing began
  Clock::time_point last_loss_;
};

} // namespace rtmpt_proxy::gateway
