// SPDX-License-Identifier: Apache-2.0
// A media server that sends back whatever comes, on any number of connections at a time.
#pragma once

#include "local/descriptor.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rtmpt_proxy::test {

// Who begins with the version of RTMP's handshake is answered that first; all behind it comes back. One thread, from
// construction to the end of the object; it keeps nothing of what it has sent back. Its end resets its connections, as
// that of a process which is killed does.
class EchoServer {
 public:
  explicit EchoServer(std::uint16_t port = 0); // 0: any free one
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "rtmp://127.0.0.1:" + std::to_string(port_); }

  // Bytes that have come behind handshakes, on all connections.
  std::uint64_t taken_bytes() const { return taken_bytes_; }
  // Connections that are open now.
  std::size_t open_connections() const { return open_connections_; }

 private:
  struct Connection {
    local::Descriptor socket;
    std::string greeting; // what has come of C0 and C1
    std::size_t skip = 0; // bytes of C2 that are still to come
    std::string unsent;
    bool is_greeted = false;
  };

  void serve();
  void accept_all();
  bool turn(Connection& connection, short events);
  bool take(Connection& connection);
  void take_bytes(Connection& connection, std::string bytes);
  static bool send_unsent(Connection& connection);

  local::Descriptor listener_;
  local::Descriptor wake_;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> taken_bytes_ = 0;
  std::atomic<std::size_t> open_connections_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_; // the thread's alone
  std::thread thread_;
};

} // namespace rtmpt_proxy::test
