// SPDX-License-Identifier: Apache-2.0
// The gateway's end of the lifeline, which carries settings from httpd's parent. When the parent closes it, the gateway
// exits.
#pragma once

#include "local/descriptor_passing.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <vector>

namespace rtmpt_proxy::gateway {

class ControlDoor;
class Loop;
class Gateway;

// Runs on the first loop and must outlive the loop's run.
class Lifeline {
 public:
  // `control` must outlive the lifeline.
  Lifeline(Gateway& gateway, local::Descriptor socket, ControlDoor& control);

  // Says Hello, and stops all loops when the other end is gone.
  void start();

  // Takes no new session, and ends with the last one. As the message says it, and a signal when there can be none.
  void retire();

 private:
  void await_readable();
  void on_readable();
  void take(protocol::GatewayMessage& message);
  void take_settings(protocol::GatewaySettings& settings);
  void take_tls_servers(protocol::TlsServers servers);
  void make_tls_contexts();
  void use_descriptors(const protocol::GatewaySettings& settings, std::vector<local::Descriptor> brought);
  void stop_gracefully(std::chrono::milliseconds within);
  void watch_parent();

  Gateway& gateway_;
  Loop& loop_; // the first loop
  ControlDoor& control_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer watch_;
  boost::asio::steady_timer end_of_sessions_;                                                      // of a graceful stop
  protocol::FrameReader reader_{protocol::kMaxPayloadBytes, protocol::FrameReader::Memory::wiped}; // keys come
  std::vector<local::Descriptor> descriptors_;
  bool descriptors_lost_ = false; // some did not arrive, since the last settings
  bool makes_tls_contexts_ = false;
  int parent_;
};

} // namespace rtmpt_proxy::gateway
