// SPDX-License-Identifier: Apache-2.0
// A client that writes its own bytes, and a media server that reads when it is told to.
#pragma once

#include "module/link/gateway_client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace rtmpt_proxy::test {

// The head of a request for the host that tunnel_legs.cpp hands over for; `fields` each with CRLF.
std::string head_of(std::string_view target, std::string_view fields);
// The same for a body of so many bytes.
std::string head_of(std::string_view target, std::size_t body_bytes);

// One handed-over connection. Throws std::runtime_error when something does not come within kPatience.
class RawClient {
 public:
  explicit RawClient(local::Descriptor socket);

  // All of it.
  void send(std::string_view bytes);
  // What goes out until nothing has for `pause`; returns how many bytes that was.
  std::size_t send_until_stuck(std::string_view bytes, std::chrono::milliseconds pause);
  // Sends pieces until the gateway leaves one unread for `pause`; so many bytes in all went out.
  std::size_t send_until_unread(std::string_view bytes, std::chrono::milliseconds pause);
  // The status of the next reply, and its body.
  int status();
  std::string body() const { return body_; }
  // Whether the gateway ends the connection, after whatever else it may still say.
  bool ended();
  // How many bytes have come that nobody has read.
  std::size_t unread_bytes() const;
  void close() { socket_.reset(); }

 private:
  bool read_more();

  local::Descriptor socket_;
  std::string input_;
  std::string body_;
};

// Listens on 127.0.0.1 with small buffers.
class SlowBackend {
 public:
  SlowBackend();

  std::uint16_t port() const { return port_; }
  // Takes the connection of a session that was just opened.
  void accept();
  // Reads until `count` bytes have come in all, and returns all that came.
  const std::string& receive(std::size_t count);
  // All of it, which must fit into the kernel's buffers.
  void send(std::string_view bytes);

 private:
  std::uint16_t port_ = 0;
  local::Descriptor listener_;
  local::Descriptor connection_;
  std::string received_;
};

// Memory that a process has written and shares with nobody, in bytes. Pages of programs and libraries do not count:
// they become a process's own when the last other one that uses them ends.
std::size_t memory_bytes(pid_t pid);

} // namespace rtmpt_proxy::test
