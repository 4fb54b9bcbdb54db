// SPDX-License-Identifier: Apache-2.0
// A TCP relay that counts the requests and bytes that pass.
#pragma once

#include "local/descriptor.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rtmpt_proxy::test {

// Listens on 127.0.0.1 and passes everything on to another port of it, both ways, with one thread.
class CountingRelay {
 public:
  using Clock = std::chrono::steady_clock;

  explicit CountingRelay(std::uint16_t to_port);
  ~CountingRelay();
  CountingRelay(const CountingRelay&) = delete;
  CountingRelay& operator=(const CountingRelay&) = delete;

  // "rtmpt://127.0.0.1:<port>"
  std::string url() const { return "rtmpt://127.0.0.1:" + std::to_string(port_); }

  std::uint16_t port() const { return port_; }

  // Passed on so far, on all connections.
  std::uint64_t bytes_from_clients() const { return from_clients_; }
  std::uint64_t bytes_from_server() const { return from_server_; }

  // How many there were, and how many are open now.
  std::size_t connections() const { return connections_; }
  std::size_t open_connections() const { return open_connections_; }

  // When each POST came, on all connections.
  std::vector<Clock::time_point> requests() const;

 private:
  struct Pair {
    local::Descriptor client;
    local::Descriptor server;
    std::string tail; // the last bytes from the client: a POST may be cut
  };

  void serve();
  void accept();
  bool pass(Pair& pair, bool from_client);

  local::Descriptor listener_;
  local::Descriptor wake_;
  std::uint16_t port_;
  std::uint16_t to_port_;
  std::vector<Pair> pairs_;
  std::atomic<std::uint64_t> from_clients_{0};
  std::atomic<std::uint64_t> from_server_{0};
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> open_connections_{0};
  mutable std::mutex mutex_;
  std::vector<Clock::time_point> requests_;
  std::thread thread_;
};

// The most of them within any second.
std::size_t most_in_a_second(const std::vector<CountingRelay::Clock::time_point>& times);

} // namespace rtmpt_proxy::test
