// SPDX-License-Identifier: Apache-2.0
// The gateway's log: lines in the form of httpd's error log, written to a descriptor that httpd hands over.
#pragma once

#include "gateway/base/spdlog_logger.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace rtmpt_proxy::gateway {

// Every thread may log and change the settings at any time. Nobody who logs waits for the log's descriptor, not even
// for a file; see LogWriter, also about lost lines. A gateway that crashes can lose its last lines.
class GatewayLog {
 public:
  // Logs to standard error until use() is called.
  GatewayLog();
  // Waits until the last lines are written, at most LogWriter::kLastLines.
  ~GatewayLog();
  GatewayLog(const GatewayLog&) = delete;
  GatewayLog& operator=(const GatewayLog&) = delete;

  spdlog::logger& logger() { return *logger_; }

  // Writes to `descriptor` from now on, and closes it when another one replaces it. -1 keeps the present one.
  void use(int descriptor);

  // `httpd_level` counts as httpd does: 0 emerg ... 3 error, 4 warn, 5 notice, 6 info, 7 debug, 8 and more trace.
  void set_level(std::uint8_t httpd_level);

  // Waits until all lines are written, at most `within`. Whoever logs meanwhile waits too. False when some lines are
  // not written yet. For the end of the program and for tests.
  bool flush(std::chrono::milliseconds within);

  // Since the gateway began.
  std::uint64_t lost_lines() const;

 private:
  class QueueSink;
  std::shared_ptr<QueueSink> sink_;
  std::shared_ptr<spdlog::logger> logger_;
};

} // namespace rtmpt_proxy::gateway
