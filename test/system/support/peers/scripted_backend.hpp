// SPDX-License-Identifier: Apache-2.0
// A TCP server that a test leads by the hand: it stands for the media server behind the tunnel.
#pragma once

#include "local/descriptor.hpp"
#include "test/support/deadline.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace rtmpt_proxy::test {

// One connection that was accepted. A thread of its own records everything that comes. All calls from the test's
// thread.
class BackendConnection {
 public:
  explicit BackendConnection(local::Descriptor socket);
  ~BackendConnection();
  BackendConnection(const BackendConnection&) = delete;
  BackendConnection& operator=(const BackendConnection&) = delete;

  // Everything received so far.
  std::string received() const;
  std::size_t received_bytes() const;

  // Waits until at least `bytes` have come, then as received(). Throws TimedOut with the number that did.
  std::string wait_for_bytes(std::size_t bytes, Deadline deadline = Deadline{}) const;

  // TCP segments with bytes in them that have come so far, as the kernel counts them.
  std::uint32_t data_segments() const;

  // Waits until the other side has ended the connection (or reset it). Throws TimedOut.
  void wait_for_end(Deadline deadline = Deadline{}) const;
  bool ended() const;

  // Writes all of `bytes`. Throws std::system_error, TimedOut.
  void send(std::string_view bytes, Deadline deadline = Deadline{});

  // Writes what goes out until nothing has for `pause`; returns how many bytes of `bytes` that was.
  std::size_t send_until_stuck(std::string_view bytes, std::chrono::milliseconds pause);

  // Stops reading: what comes then stays in the kernel's buffers and, when they are full, with the sender.
  void stop_reading();
  void resume_reading();

  void close_sending(); // end of file to the other side
  void close();
  void reset(); // the other side sees a reset

 private:
  void record();
  bool may_read();
  void interrupt_reader();

  local::Descriptor socket_;
  local::Descriptor wake_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string received_;
  bool reading_ = true;
  bool ended_ = false;
  bool stopping_ = false;
  std::thread reader_;
};

// Listens on 127.0.0.1 from construction on; connections wait to be accepted.
class ScriptedBackend {
 public:
  // `receive_buffer_bytes`: SO_RCVBUF of the connections, 0 for the system's own. `port`: 0 for any free one.
  explicit ScriptedBackend(int receive_buffer_bytes = 0, std::uint16_t port = 0);

  std::uint16_t port() const { return port_; }
  std::string url() const { return "rtmp://127.0.0.1:" + std::to_string(port_); }

  // The next connection. Throws TimedOut.
  std::unique_ptr<BackendConnection> accept(Deadline deadline = Deadline{});

  // Whether a connection waits to be accepted, now or by `deadline`.
  bool has_connection(Deadline deadline);

  // Accepts the next connection and resets it at once.
  void accept_and_reset(Deadline deadline = Deadline{});

  // Stops listening: later connections are refused.
  void stop_listening() { listener_.reset(); }

 private:
  local::Descriptor accept_socket(Deadline deadline);

  local::Descriptor listener_;
  std::uint16_t port_ = 0;
};

} // namespace rtmpt_proxy::test
