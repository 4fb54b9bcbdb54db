// SPDX-License-Identifier: Apache-2.0
// What the gateway's objects do with a client's socket, in its simplest form.
#pragma once

#include "gateway/sockets/client_socket.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rtmpt_proxy::test {

// Makes the handshake, reads all that comes, and writes what it is given.
class ServedClient {
 public:
  ServedClient(boost::asio::io_context& loop, gateway::DetachedClient client);

  // Goes on by itself when the loop runs.
  void greet(gateway::TlsServerContext context, std::string_view read_already = {});
  // Reads and writes on; for a client that was greeted elsewhere.
  void serve();
  void send(std::string_view bytes);
  // On no loop any more. What has not left stays in `to_send`.
  gateway::DetachedClient detach();

  gateway::ClientSocket socket;
  bool is_greeted = false;
  bool reads = true; // the test may make a pause
  std::size_t most_read_bytes = 65536;
  std::string received;
  std::string to_send;
  std::optional<gateway::ClientSocket::ErrorCode> end; // of reading
  std::optional<gateway::ClientSocket::ErrorCode> write_failure;
  int wakes = 0;

 private:
  void go_on();
  void read();
  void await_readable();
  void write();

  bool awaits_readable_ = false;
  bool awaits_writable_ = false;
};

// Runs the loop until `condition` holds, or some patience is over; whether it holds.
bool runs_until(boost::asio::io_context& io, const std::function<bool()>& condition);

// One loop, on which a client is served.
class TlsLoop {
 public:
  boost::asio::io_context& io() { return io_; }
  bool runs_until(const std::function<bool()>& condition) { return test::runs_until(io_, condition); }
  // Runs what can be run now.
  void run_now();

 private:
  boost::asio::io_context io_;
};

} // namespace rtmpt_proxy::test
