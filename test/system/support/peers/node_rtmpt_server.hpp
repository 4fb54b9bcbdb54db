// SPDX-License-Identifier: Apache-2.0
// node-rtsp-rtmp-server, a media server that speaks RTMPT itself and that nobody of this project wrote.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace rtmpt_proxy::test {

// One process with the application `live`, in a copy of the package that scripts/test installs. Runs from construction
// to the end of the object; when the test has failed, the end of its log is shown.
//
// What a client of it has to know (read in its rtmp.js and rtsp.js, and tried):
// - a send is not answered at all while the handshake is not complete in it: C0 and C1 must come in one send, and so
//   must C2; nor is one answered whose number has come before, or any request for an id that it does not know;
// - a send that is ahead waits for the one that is due; an idle, whatever its number, sets the number that is due to
// its
//   own plus one, but only when what was read with it has been looked at: a send read together with an idle before it
//   counts as ahead, and is not answered either;
// - the answer to the send with C0 and C1 takes a moment, and an idle that comes meanwhile is answered before it;
// - an idle is answered at once, the polling byte is always 01; the id is 31 hexadecimal digits;
// - the id is good on any connection, and the session outlives its connections by ten minutes: a publisher's stream
//   ends with /close, which is answered with the end of the connection on which the session was opened;
// - a player is refused while its stream is not published.
class NodeRtmptServer {
 public:
  // Returns when both ports accept. Throws with the log's text, and when the package is not installed.
  NodeRtmptServer();
  // The same with RTMPT at this port.
  explicit NodeRtmptServer(std::uint16_t rtmpt_port);
  ~NodeRtmptServer();
  NodeRtmptServer(const NodeRtmptServer&) = delete;
  NodeRtmptServer& operator=(const NodeRtmptServer&) = delete;

  // "rtmpt://127.0.0.1:<port>": what RTMPTProxyPass takes.
  std::string url() const { return "rtmpt://127.0.0.1:" + std::to_string(rtmpt_port_); }
  std::uint16_t rtmpt_port() const { return rtmpt_port_; }

  // The same stream past the tunnel, over RTMP and over RTMPT.
  std::string stream_url(const std::string& name) const;
  std::string tunnelled_stream_url(const std::string& name) const { return url() + "/live/" + name; }

  // Waits until the stream is published. Throws TimedOut.
  void wait_for_stream(const std::string& name, Deadline deadline = Deadline{}) const;

  std::string log() const;
  pid_t pid() const { return process_->pid(); }

 private:
  TempDir dir_;
  std::uint16_t rtmpt_port_;
  std::uint16_t rtmp_port_;
  std::optional<ChildProcess> process_;
};

} // namespace rtmpt_proxy::test
