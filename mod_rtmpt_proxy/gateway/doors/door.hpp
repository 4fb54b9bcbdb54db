// SPDX-License-Identifier: Apache-2.0
// The door: the socket by which httpd's children give the gateway its ends of their channels.
#pragma once

#include "gateway/base/line_limit.hpp"
#include "local/descriptor_passing.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

class Gateway;

// A SOCK_SEQPACKET socket; every child inherits the other end. Each message carries one descriptor, a channel, and one
// byte, the number of the loop that gets it. Any other message is dropped with a line in the log, at a limited rate,
// and the door stays open: all children share the other end, and any program that runs inside a child (mod_php, for
// example) can write to it. Runs on the first loop and must outlive the loop's run.
class Door {
 public:
  Door(Gateway& gateway, local::Descriptor socket);

  void open();

 private:
  void on_readable();
  bool is_hung_up();
  void on_hang_up();
  void rest(std::string_view why);
  void take(const local::Received& knock);
  void drop(std::string_view why);
  void admit(std::uint32_t loop, local::Descriptor channel);

  Gateway& gateway_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer rest_;
  policy::LogLimiter lines_ = line_limit();
  std::array<char, 16> bytes_{};
  std::vector<local::Descriptor> descriptors_;
};

} // namespace rtmpt_proxy::gateway
