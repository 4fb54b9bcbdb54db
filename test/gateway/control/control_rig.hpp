// SPDX-License-Identifier: Apache-2.0
// The gateway with a control socket, the test in httpd's and in rtmptctl's place.
#pragma once

#include "local/gateway_channel.hpp"
#include "module/link/gateway_client.hpp"
#include "test/gateway/loops/echo_backend.hpp"
#include "test/gateway/loops/gateway_rig.hpp"
#include "test/gateway/loops/tunnel_legs.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace rtmpt_proxy::test {

// Any connection to a control socket.
class ControlConnection {
 public:
  // Throws std::runtime_error when there is nobody to connect to.
  explicit ControlConnection(const std::string& path);

  int socket() const;

  // Hears Hello. Throws when it does not come.
  void greet();

  // One order and its answer. Throws std::runtime_error when there is none.
  protocol::GatewayMessage order(const protocol::GatewayMessage& message);

  // The state, from all its pieces. Throws std::runtime_error when they end before the last.
  std::string state(const protocol::AskStatus& question = {});

  // Whether anything comes, or the end, within that time.
  bool hears_within(std::chrono::milliseconds time) const;

  // Any bytes; with a descriptor unless negative. False when the other end is closed.
  bool send_bytes(std::string_view bytes, int descriptor = -1);

  // Whether the gateway ends it within that time, whatever it says before.
  bool ends_within(std::chrono::milliseconds time);

 private:
  class Channel;
  std::shared_ptr<Channel> channel_;
};

// rtmpt-gateway with two loops, a media server that the configuration knows, and a control socket.
class ControlRig {
 public:
  ControlRig();
  ~ControlRig();
  ControlRig(const ControlRig&) = delete;
  ControlRig& operator=(const ControlRig&) = delete;

  GatewayRig& gateway() { return gateway_; }
  apache::GatewayClient& client() { return client_; }
  const std::string& path() const { return path_; }
  const EchoBackend& backend() const { return backend_; }
  protocol::BackendAddress address() const;
  int listener() const { return listener_.get(); }
  std::vector<protocol::Member> members() const;

  // A connection that has been greeted, and one order over it.
  template <class Answer>
  Answer order(const protocol::GatewayMessage& message) const {
    ControlConnection connection(path_);
    connection.greet();
    return std::get<Answer>(connection.order(message));
  }

  // The state over a connection of its own.
  std::string state(const protocol::AskStatus& question = {}) const;
  // The state as JSON, and its only backend or session, or the one at `index`.
  boost::json::object status() const;
  boost::json::object backend_status(std::size_t index = 0) const;

  // Waits until the log has the text so often. False when it has not within kPatience.
  bool logs(const std::string& text, std::size_t count = 1) const;

 private:
  std::filesystem::path folder_;
  std::string path_;
  local::Descriptor listener_;
  EchoBackend backend_;
  GatewayRig gateway_{2};
  apache::GatewayClient client_;
};

} // namespace rtmpt_proxy::test
