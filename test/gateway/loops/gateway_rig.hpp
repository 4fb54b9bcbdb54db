// SPDX-License-Identifier: Apache-2.0
// The rtmpt-gateway executable with the test in httpd's place: door, lifeline, log.
#pragma once

#include "local/descriptor.hpp"
#include "test/support/deadline.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rtmpt_proxy::test {

class GatewayRig {
 public:
  // Starts it with so many event loops and gives it a log. Returns when it has said how many it has.
  explicit GatewayRig(std::uint32_t threads);
  ~GatewayRig();
  GatewayRig(const GatewayRig&) = delete;
  GatewayRig& operator=(const GatewayRig&) = delete;

  int door() const { return door_.ours.get(); }
  std::uint32_t loops() const { return loops_; } // as its Hello on the lifeline said

  void send_settings(std::uint8_t log_level); // with a copy of the log's descriptor

  // As httpd's parent would by mistake: with these descriptors, whatever the settings say.
  void send_settings(const protocol::GatewaySettings& settings, std::span<const int> descriptors);

  // How many descriptors it may have open from now on. Throws when the system refuses.
  void limit_descriptors(std::size_t most);

  // From the next settings on, which follow at once, it logs there. The descriptor stays the caller's.
  void use_log(int descriptor);

  // From the next settings on, which follow at once, these go along: a listening local socket, -1 for none, and what
  // httpd's configuration has. The socket stays the caller's.
  void give_control(int listener, std::vector<protocol::Member> members);
  // The same with the way to httpd's private listener.
  void give_ask_door(int way, std::uint32_t most_asks);
  // From now on it can be these servers of TLS.
  void give_tls_servers(const protocol::TlsServers& servers);
  pid_t pid() const { return pid_; }

  void retire();
  void stop_gracefully(std::chrono::milliseconds within);
  void signal(int number) const;
  void cut_lifeline() { lifeline_.reset(); }

  // The exit status once it has ended by itself, -1 for an end by a signal; unset when it has not within the time.
  std::optional<int> wait_for_end(std::chrono::milliseconds within);

  // Another one behind the same door, after the end of the one before.
  void start(std::uint32_t threads);

  // What it has logged so far.
  std::string log_text() const;
  // How often `text` stands there so far.
  std::size_t logged(const std::string& text) const;
  // Whether `text` stands there `count` times or more within the time.
  bool logs(const std::string& text, std::size_t count = 1, std::chrono::milliseconds within = kPatience) const;

 private:
  local::SocketPair door_;
  local::Descriptor lifeline_;
  local::Descriptor log_;
  int other_log_ = -1; // instead of log_
  int control_ = -1;
  int ask_door_ = -1;
  std::uint32_t most_asks_ = 1;
  std::vector<protocol::Member> members_;
  pid_t pid_ = 0;
  std::uint32_t loops_ = 0;
};

} // namespace rtmpt_proxy::test
