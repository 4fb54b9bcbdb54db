// The gateway's end of the lifeline to httpd's parent: settings come in, and its end is the gateway's.
#pragma once

#include "descriptor_socket.hpp"

#include <rtmpt_proxy/protocol/gateway_message.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <vector>

namespace rtmpt_proxy::gateway {

class Gateway;

// Runs on the gateway's loop and must outlive it.
class Lifeline {
 public:
  Lifeline(Gateway& gateway, Descriptor socket);

  // Says Hello, and stops the loop when the other end is gone.
  void start();

 private:
  void await_readable();
  void on_readable();
  void take(const protocol::GatewayMessage& message);
  void watch_parent();

  Gateway& gateway_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer watch_;
  protocol::FrameReader reader_;
  std::vector<Descriptor> descriptors_;
  int parent_;
};

} // namespace rtmpt_proxy::gateway
