// The door: where httpd's children bring the far ends of their channels.
#pragma once

#include "gateway/base/descriptor_socket.hpp"
#include "gateway/base/log_limit.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

class Gateway;

// Reads whole messages from a SOCK_SEQPACKET pair that every child inherits the other end of; each carries one
// descriptor, which goes to the loop that its byte names. Whatever else comes is dropped with a line in the log,
// limited in rate, and the door stays open: all children share the other end, and any program that runs inside one of
// them (mod_php, say) can write to it. Runs on the first loop and must outlive it.
class Door {
 public:
  Door(Gateway& gateway, Descriptor socket);

  void open();

 private:
  void on_readable();
  bool is_hung_up();
  void on_hang_up();
  void rest(std::string_view why);
  void take(const Received& knock);
  void drop(std::string_view why);
  void admit(std::uint32_t loop, Descriptor channel);

  Gateway& gateway_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer rest_;
  LogLimit lines_;
  std::array<char, 16> bytes_{};
  std::vector<Descriptor> descriptors_;
};

} // namespace rtmpt_proxy::gateway
