// SPDX-License-Identifier: Apache-2.0
// A real syslog daemon that is nobody else's.
#pragma once

#include "support/httpd/session_log_file.hpp"
#include "support/os/child_process.hpp"

#include <filesystem>
#include <optional>

namespace rtmpt_proxy::test {

// rsyslogd with the lines of the set-up that this project replaces: facility local1 has a file of its own, and is kept
// out of the general one. /dev becomes a folder of this process' own and of those that it starts from now on, so that
// the machine's own daemon, if there is one, gets nothing of the test's. Needs root.
class Rsyslog {
 public:
  // Runs from construction on. `folder` is an existing one, for its files.
  explicit Rsyslog(std::filesystem::path folder);

  void start();
  void stop();

  SessionLogFile local1() const { return SessionLogFile(folder_ / "local1"); }
  SessionLogFile messages() const { return SessionLogFile(folder_ / "messages"); }

 private:
  std::filesystem::path folder_;
  std::optional<ChildProcess> process_;
};

} // namespace rtmpt_proxy::test
