// SPDX-License-Identifier: Apache-2.0
// The gateway's control socket. httpd's parent makes the listening socket for rtmptctl and sends it with its settings.
#pragma once

#include "local/descriptor.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

class Gateway;

// Serves kMaxClients at a time; others wait in the socket's queue. Runs on the first loop and must outlive the loop's
// run.
class ControlDoor {
 public:
  static constexpr std::size_t kMaxClients = 8;

  explicit ControlDoor(Gateway& gateway);

  // Listens on `listener` from now on, instead of the one before. Empty: listens on none. Clients that are being served
  // continue.
  void use(local::Descriptor listener);
  void close() { use({}); }

  // Sets the server's name and the backends of httpd's configuration, which clients are told.
  void describe(std::string server_name, std::vector<protocol::Member> configured);

  const std::string& server_name() const { return server_name_; }
  // The backends of the configuration, and others that the gateway has seen: balancer-manager can add some.
  std::vector<protocol::Member> members() const;
  bool knows(const protocol::BackendAddress& backend) const;

  // A client is gone.
  void left();

 private:
  void await_clients();
  void on_readable();
  bool accept_one();
  void rest();

  Gateway& gateway_;
  boost::asio::posix::stream_descriptor listener_;
  boost::asio::steady_timer rest_;
  std::uint32_t listeners_ = 0; // how many listeners there have been
  std::size_t clients_ = 0;
  bool waiting_ = false; // waits for clients, or for the end of kControlRest
  std::string server_name_;
  std::vector<protocol::Member> configured_;
};

// "rtmp://media:1935", "rtmpt://[::1]:80".
std::string url_of(const protocol::BackendAddress& backend);

} // namespace rtmpt_proxy::gateway
