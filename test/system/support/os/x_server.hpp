// SPDX-License-Identifier: Apache-2.0
// An X display without a screen, for programs that draw.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <string>

namespace rtmpt_proxy::test {

// Xvfb, on a display number that it finds free.
class XServer {
 public:
  // Returns when programs can connect. Throws TimedOut, std::system_error.
  XServer();
  // Ends it as a user would: killed, it would leave the files of its number behind.
  ~XServer();
  XServer(const XServer&) = delete;
  XServer& operator=(const XServer&) = delete;

  // What DISPLAY is, for programs that draw there.
  std::string display() const;

 private:
  TempDir dir_;
  ChildProcess process_;
};

} // namespace rtmpt_proxy::test
