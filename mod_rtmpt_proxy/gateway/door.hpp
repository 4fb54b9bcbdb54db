// The door: where httpd's children bring the far ends of their channels.
#pragma once

#include "descriptor_socket.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <vector>

namespace rtmpt_proxy::gateway {

class Gateway;

// Reads whole messages from a SOCK_SEQPACKET pair that every child inherits the other end of; each carries one
// descriptor, and its bytes mean nothing. Runs on the gateway's loop and must outlive it.
class Door {
 public:
  Door(Gateway& gateway, Descriptor socket);

  void open();

 private:
  void on_readable();

  Gateway& gateway_;
  boost::asio::posix::stream_descriptor socket_;
  std::array<char, 16> bytes_{};
  std::vector<Descriptor> descriptors_;
};

} // namespace rtmpt_proxy::gateway
