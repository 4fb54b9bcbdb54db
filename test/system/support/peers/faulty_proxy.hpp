// SPDX-License-Identifier: Apache-2.0
// A network between client and server that fails as a test says.
#pragma once

#include "local/descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace rtmpt_proxy::test {

// What happens to a connection. Numbers of bytes are counted from its beginning.
struct LinkFaults {
  std::optional<std::size_t> reset_after_sent; // of the client's bytes so many reach the server, then both are reset
  std::optional<std::size_t> reset_after_came; // of the server's bytes so many reach the client, then both are reset
  std::optional<std::size_t> stall_after_sent; // then nothing passes for `stall`
  std::chrono::milliseconds stall{0};
  std::chrono::milliseconds delay{0}; // of each piece, either way
  bool one_byte_segments = false;     // either way
};

// Listens on 127.0.0.1 and passes everything on to another port of it, both ways, with one thread.
class FaultyProxy {
 public:
  explicit FaultyProxy(std::uint16_t to_port);
  ~FaultyProxy();
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;

  std::uint16_t port() const { return port_; }

  // For connections from now on.
  void set_faults(const LinkFaults& faults);

  // Resets all connections, at both ends.
  void reset_all();

  // From now on nothing passes on any connection, and neither end hears of the other's end. reset_all() ends them.
  void fall_silent();

 private:
  using Clock = std::chrono::steady_clock;

  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };
  struct Direction {
    std::optional<std::size_t> reset_after;
    std::size_t passed = 0;
    std::deque<Piece> pieces;
    bool has_ended = false; // nothing more comes from its beginning
    bool is_closed = false; // and its end has been told
  };
  struct Connection {
    LinkFaults faults;
    local::Descriptor client;
    local::Descriptor server;
    Direction sent;
    Direction came;
    Clock::time_point stalls_until;
    bool has_stalled = false;
  };

  void serve();
  int milliseconds_to_next() const;
  void accept_one();
  bool turn(Connection& connection);
  static void take(Connection& connection, const local::Descriptor& from, Direction& direction);
  static bool pass(Connection& connection, const local::Descriptor& to, Direction& direction);
  static bool write(const Connection& connection, const local::Descriptor& to, std::string_view bytes);
  static void reset(Connection& connection);
  void order(bool& what);

  local::Descriptor listener_;
  local::Descriptor wake_;
  std::uint16_t port_;
  std::uint16_t to_port_;
  std::mutex mutex_; // over faults_ and the orders
  LinkFaults faults_;
  bool stopping_ = false;
  bool resetting_ = false;
  bool is_silent_ = false;
  std::vector<std::unique_ptr<Connection>> connections_; // the thread's alone
  std::thread thread_;
};

} // namespace rtmpt_proxy::test
