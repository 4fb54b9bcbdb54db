// SPDX-License-Identifier: Apache-2.0
// A media server in a bad mood: reads, writes, pauses, closes and resets at random.
#pragma once

#include "local/descriptor.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace rtmpt_proxy::test {

// Listens on 127.0.0.1 from construction to destruction, with a thread for each connection; what it does follows from
// `seed` and the order of the connections.
class NoisyBackend {
 public:
  explicit NoisyBackend(std::uint32_t seed);
  ~NoisyBackend();
  NoisyBackend(const NoisyBackend&) = delete;
  NoisyBackend& operator=(const NoisyBackend&) = delete;

  std::string url() const { return "rtmp://127.0.0.1:" + std::to_string(port_); }

 private:
  void accept_all(std::uint32_t seed);
  void serve(local::Descriptor socket, std::uint32_t seed) const;

  local::Descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> servers_; // the accepting thread's, until it has ended
  std::thread acceptor_;
};

} // namespace rtmpt_proxy::test
