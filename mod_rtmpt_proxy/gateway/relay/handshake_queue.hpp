// SPDX-License-Identifier: Apache-2.0
// When TLS handshakes of a loop go on: one step at a time, with the loop's streams in between.
#pragma once

#include "gateway/base/turns_by_address.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace rtmpt_proxy::gateway {

// Has a step of a handshake to make.
class Handshaker {
 public:
  // Makes it. False when there is nothing to do any more.
  virtual bool make_step() = 0;

 protected:
  ~Handshaker() = default;
};

// A signature takes a processor about a millisecond, and strangers can ask for any number of them. So between two turns
// of the loop, in which everything that is ready gets its turn, one step is made, and addresses take turns: one that
// asks for a thousand handshakes delays another one's by one step.
//
// Used by one loop, in its thread, and outlives the loop's run.
class HandshakeQueue {
 public:
  explicit HandshakeQueue(boost::asio::io_context& loop) : loop_(loop) {}
  HandshakeQueue(const HandshakeQueue&) = delete;
  HandshakeQueue& operator=(const HandshakeQueue&) = delete;

  // Lets `handshaker` make one step when it is its turn, not within this call. Who is destroyed before is passed over.
  void add(const std::string& address, std::weak_ptr<Handshaker> handshaker);

  // How many have been made.
  std::uint64_t steps() const { return steps_; }

 private:
  void await_turn();
  void make_one_step();

  boost::asio::io_context& loop_;
  TurnsByAddress<std::weak_ptr<Handshaker>> waiting_;
  std::uint64_t steps_ = 0;
  bool awaits_turn_ = false;
};

} // namespace rtmpt_proxy::gateway
