// SPDX-License-Identifier: Apache-2.0
// Messages to and from rtmpt-gateway over one stream socket, blocking up to a deadline.
#pragma once

#include "local/descriptor.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace rtmpt_proxy::local {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

enum class ChannelStatus {
  ok,
  timed_out, // the deadline passed: the gateway does not answer
  lost,      // the other end is closed: the gateway ended
  garbled,   // not the gateway's language: the stream is of no further use
  crowded,   // patience is over, and as many threads as may wait longer do
  misplaced, // a message that is no answer to what was said
};

// What rtmpt-gateway does, for a sentence that begins with it: "does not answer".
std::string_view to_string(ChannelStatus status);

// How long a thread waits for the gateway like any other. One that goes on needs a leave, for the site must never wait
// for streams.
struct Patience {
  Deadline until = Deadline::max();
  std::function<std::shared_ptr<void>()> ask; // gives the leave, or null; may be asked several times in one exchange
};

// One thread at a time. After anything but ok the channel is of no further use.
class GatewayChannel {
 public:
  // `loop` is the gateway's loop at the other end, if it is a channel of one.
  explicit GatewayChannel(Descriptor socket, std::uint32_t loop = 0) : socket_(std::move(socket)), loop_(loop) {}

  std::uint32_t loop() const { return loop_; }

  // Descriptors that one message may bring.
  static constexpr std::size_t kMostDescriptors = protocol::kMaxSessionLogs + 3;

  // Writes the whole message; copies of `descriptors`, at most kMostDescriptors, go along.
  ChannelStatus send(const protocol::GatewayMessage& message, Deadline deadline, std::span<const int> descriptors = {});

  // Whether the last send() has stopped in the middle of its message: the other end would take whatever comes next for
  // the rest of it.
  bool has_sent_in_part() const { return has_sent_in_part_; }

  ChannelStatus receive(protocol::GatewayMessage& message, Deadline deadline);

  // For all that is sent and received from now on; a leave got before is given up.
  void begin(Patience patience);
  // What has been sent went on well, and the gateway is not waited for just now: a leave is given back, and patience
  // lasts until then.
  void go_on_until(Deadline until);
  // The exchange is over: nothing of its patience is kept.
  void end() { begin({}); }

  // Whether the channel can take a new exchange: open, and nothing unasked waits in it.
  bool is_quiet() const;

  // Waits until there is something to read from the socket `other` or from the channel. True when it is the channel;
  // false as well when the deadline has passed, or `other` is negative.
  bool await_either(int other, Deadline deadline) const;

  // Hands the socket back to a caller who keeps it beyond this object.
  Descriptor release() { return std::move(socket_); }

 private:
  ChannelStatus send_frame(std::string_view frame, Deadline deadline, std::span<const int> descriptors);
  ChannelStatus wait_for(short events, Deadline deadline);
  bool may_go_on();
  ChannelStatus read_some();

  Descriptor socket_;
  std::uint32_t loop_;
  bool has_sent_in_part_ = false;
  protocol::FrameReader reader_;
  Patience patience_;
  std::shared_ptr<void> leave_;
};

} // namespace rtmpt_proxy::local
