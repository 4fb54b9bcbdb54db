// SPDX-License-Identifier: Apache-2.0
// GStreamer's own RTMP code (rtmp2sink, rtmp2src), run by gst-launch-1.0. Certificates are not checked.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// Publishes what is in an FLV file (H.264 and AAC), as it is coded there, in real time from construction on.
class GstreamerPublisher {
 public:
  // `url`: rtmp:// or rtmps://.
  GstreamerPublisher(const std::string& url, const std::filesystem::path& file);

  // Waits for the end of the file: 0 when all of it was sent. Throws TimedOut.
  int wait(Deadline deadline) { return process_.wait(deadline); }

  // What it says: its errors, too.
  std::string log() const;

 private:
  TempDir dir_;
  ChildProcess process_;
};

// For FilePlayer.
std::vector<std::string> gstreamer(const std::string& url, const std::filesystem::path& file);

} // namespace rtmpt_proxy::test
