// SPDX-License-Identifier: Apache-2.0
// Debian's nginx with its RTMP module: the real media server behind the tunnel.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace rtmpt_proxy::test {

// What the server says about one stream.
struct StreamStatistics {
  bool publishing = false;
  std::uint64_t bytes_in = 0;  // from its publisher
  std::uint64_t bytes_out = 0; // to all its players
  int clients = 0;             // players and the publisher
};

struct NginxRtmpOptions {
  std::string listen;      // more of the listen line of url(): "proxy_protocol"
  std::string application; // more directives of the application
  std::string server = {}; // more directives of the server
};

// One process with the application `live`, which keeps nothing on disk. Runs from construction to the end of the
// object.
class NginxRtmp {
 public:
  // Returns when both ports accept. Throws with the error log's text.
  explicit NginxRtmp(const NginxRtmpOptions& options = {});

  // "rtmp://127.0.0.1:<port>": what RTMPTProxyPass takes.
  std::string url() const { return "rtmp://127.0.0.1:" + std::to_string(port_); }

  std::uint16_t port() const { return port_; }

  // "rtmp://127.0.0.1:<another port>/live/<name>", for clients that go past the tunnel: no option holds there for the
  // listen line.
  std::string stream_url(const std::string& name) const {
    return "rtmp://127.0.0.1:" + std::to_string(direct_port_) + "/live/" + name;
  }

  // Nothing while the server knows no stream of that name.
  std::optional<StreamStatistics> stream(const std::string& name) const;

  // Waits until the stream is published and media has come. Throws TimedOut.
  void wait_for_stream(const std::string& name, Deadline deadline = Deadline{}) const;

  // Its own logs: a line for each client that has gone; what it refused.
  std::string access_log() const;
  std::string error_log() const;

  pid_t pid() const { return process_->pid(); }

  // Ends the process, and starts another one on the same ports. What was published is gone.
  void restart();

 private:
  void start();

  TempDir dir_;
  std::uint16_t port_;
  std::uint16_t direct_port_;
  std::uint16_t statistics_port_;
  std::optional<ChildProcess> process_;
};

} // namespace rtmpt_proxy::test
