// SPDX-License-Identifier: Apache-2.0
// VLC as player. It writes what it plays into a file, as it is coded, and the pictures there are counted.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <string>

namespace rtmpt_proxy::test {

class VlcPlayer {
 public:
  // Plays from now on, until the stream ends. `url`: rtmp:// or http://.
  explicit VlcPlayer(const std::string& url);

  // Coded pictures in the file so far.
  int pictures() const;

  // Waits for the stream's end; returns pictures(). Throws TimedOut.
  int wait(Deadline deadline);

  bool running() { return process_.running(); }
  std::string log() const;

 private:
  TempDir dir_;
  ChildProcess process_;
};

} // namespace rtmpt_proxy::test
