// SPDX-License-Identifier: Apache-2.0
// A media server for tests of the gateway alone: gives every connection its own bytes back.
#pragma once

#include "local/descriptor.hpp"

#include <cstdint>
#include <thread>

namespace rtmpt_proxy::test {

// Listens on 127.0.0.1 and serves in a thread of its own until destroyed.
class EchoBackend {
 public:
  EchoBackend();
  ~EchoBackend();
  EchoBackend(const EchoBackend&) = delete;
  EchoBackend& operator=(const EchoBackend&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  void serve();

  std::uint16_t port_ = 0; // first, for the listener tells it
  local::Descriptor listener_;
  local::Descriptor stop_reader_;
  local::Descriptor stop_writer_; // its closing ends the thread
  std::thread thread_;
};

} // namespace rtmpt_proxy::test
