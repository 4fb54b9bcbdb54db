// The door: where httpd's children bring the far ends of their channels.
#pragma once

#include "descriptor_socket.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace rtmpt_proxy::gateway {

class GatewayLoops;

// Reads whole messages from a SOCK_SEQPACKET pair that every child inherits the other end of; each carries one
// descriptor, which goes to the loop that its byte names. Runs on the first loop and must outlive it.
class Door {
 public:
  Door(GatewayLoops& loops, Descriptor socket);

  void open();

 private:
  void on_readable();
  void admit(std::uint32_t loop, Descriptor channel);

  GatewayLoops& loops_;
  boost::asio::posix::stream_descriptor socket_;
  std::array<char, 16> bytes_{};
  std::vector<Descriptor> descriptors_;
};

} // namespace rtmpt_proxy::gateway
