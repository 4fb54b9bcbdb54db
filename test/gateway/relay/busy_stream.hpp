// SPDX-License-Identifier: Apache-2.0
// Stands for a stream on a loop that makes handshakes.
#pragma once

#include "gateway/relay/handshake_queue.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace rtmpt_proxy::test {

// A stream that always has something to do: it reads a byte, and the next one is there. Must outlive the loop's run.
class BusyStream {
 public:
  BusyStream(boost::asio::io_context& loop, const gateway::HandshakeQueue& handshakes)
      : handshakes_(handshakes), ours_(loop), theirs_(loop) {
    boost::asio::local::connect_pair(ours_, theirs_);
    next();
  }

  std::uint64_t turns() const { return turns_; }
  // The most steps of handshakes between two turns of the stream.
  std::uint64_t most_steps() const { return most_steps_; }

 private:
  using Socket = boost::asio::local::stream_protocol::socket;

  void next() {
    theirs_.write_some(boost::asio::buffer("x", 1));
    ours_.async_wait(Socket::wait_read, [this](const boost::system::error_code& error) {
      if (error) return;
      std::array<char, 1> byte;
      ours_.read_some(boost::asio::buffer(byte));
      if (turns_++ > 0) most_steps_ = std::max(most_steps_, handshakes_.steps() - seen_);
      seen_ = handshakes_.steps();
      next();
    });
  }

  const gateway::HandshakeQueue& handshakes_;
  Socket ours_;
  Socket theirs_;
  std::uint64_t turns_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t most_steps_ = 0;
};

} // namespace rtmpt_proxy::test
