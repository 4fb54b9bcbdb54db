// SPDX-License-Identifier: Apache-2.0
// A media server among several: it says its name, gives back what it is sent, dies and comes back.
#pragma once

#include "local/descriptor.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <thread>

namespace rtmpt_proxy::test {

// What the member of this name says first: FarmMember::kGreetingBytes.
std::string greeting_of(char name);

// Serves any number of connections with one thread of its own, from construction on. To the first bytes of a connection
// it answers greeting_of(name()), and then every byte it has received, in order. All calls from the test's thread.
class FarmMember {
 public:
  // `name` is one letter, so that greetings are of one length. `port`: 0 for any free one. Throws std::system_error.
  explicit FarmMember(char name, std::string address = "127.0.0.1", std::uint16_t port = 0);
  ~FarmMember();
  FarmMember(const FarmMember&) = delete;
  FarmMember& operator=(const FarmMember&) = delete;

  char name() const { return name_; }
  std::uint16_t port() const { return port_; }
  std::string url() const { return "rtmp://" + address_ + ":" + std::to_string(port_); }

  // Resets all connections and refuses new ones.
  void kill();

  // Listens again on the same port.
  void revive();

  // From now on every connection is reset as soon as it is there.
  void reset_new_connections() { resets_new_ = true; }

  // Connections that have sent at least one byte, and have not ended. A TCP health check is none of them.
  std::size_t live() const { return live_; }

  // Those that have sent at least one byte since construction, ended or not.
  std::size_t greeted() const { return greeted_; }

  static constexpr std::size_t kGreetingBytes = 9;

  // The letter in a greeting. Throws std::runtime_error when `text` does not begin with one.
  static char name_in(std::string_view text);

 private:
  struct Connection {
    local::Descriptor socket;
    std::string unsent;
    bool greeted = false;
  };

  void listen_again();
  void serve();
  void accept_all();
  bool exchange(Connection& connection, short events);
  bool receive(Connection& connection);

  const char name_;
  const std::string address_;
  std::uint16_t port_;
  local::Descriptor listener_;
  local::Descriptor wake_;
  std::list<Connection> connections_; // the thread's while it runs
  std::atomic<bool> resets_new_ = false;
  std::atomic<std::size_t> live_ = 0;
  std::atomic<std::size_t> greeted_ = 0;
  std::thread thread_;
};

} // namespace rtmpt_proxy::test
