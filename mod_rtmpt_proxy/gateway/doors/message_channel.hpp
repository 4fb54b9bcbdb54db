// SPDX-License-Identifier: Apache-2.0
// Messages between the gateway and one other program, over a local stream socket.
#pragma once

#include "gateway/base/descriptor_budget.hpp"
#include "local/descriptor_passing.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

class Loop;
class StatusReading;

// Lives until the other side closes its end or breaks the protocol: the handler that waits for its socket keeps it
// alive. Runs in the thread of its loop.
class MessageChannel : public std::enable_shared_from_this<MessageChannel> {
 public:
  MessageChannel(const MessageChannel&) = delete;
  MessageChannel& operator=(const MessageChannel&) = delete;

  // Says Hello and serves.
  void start();

 protected:
  // What the other side may send. Anything more breaks the protocol.
  struct Allowance {
    std::size_t payload_bytes = protocol::kMaxPayloadBytes; // of one message
    bool descriptors = true;                                // false: descriptors that come are closed at once
  };

  // `socket` is this end of the connection.
  MessageChannel(Loop& loop, local::Descriptor socket, Allowance allowance);
  virtual ~MessageChannel();

  // Takes one message of the other side. False when such a message is not allowed now.
  virtual bool take(protocol::GatewayMessage& message) = 0;
  // The other side broke the protocol. Writes the line for the log; the channel is closed next.
  virtual void on_broken(std::string_view why) = 0;
  // The channel was closed.
  virtual void on_close() = 0;

  Loop& loop() { return loop_; }
  bool is_open() const { return socket_.is_open(); }
  int native_handle() { return socket_.native_handle(); }
  // Descriptors that came and have not been taken yet.
  std::vector<local::Descriptor>& descriptors() { return descriptors_; }
  // Whether some descriptors did not arrive because the gateway had too many open. Resets it: false the next time.
  bool take_descriptors_lost() { return std::exchange(descriptors_lost_, false); }

  // Called within take(): no more messages are taken until resume(). What comes waits in the socket. The channel stays
  // alive, and closes when the other side closes its end.
  void pause() { paused_ = true; }
  bool is_paused() const { return paused_; }
  // Must not be called within take().
  void resume();

  void say(const protocol::GatewayMessage& message);
  // Answers the question in pieces; each is sent when the other side has taken the one before. Until is_telling() is
  // false, no other message may be sent or taken.
  void tell_status(protocol::AskStatus question);
  bool is_telling() const { return reading_ != nullptr; }
  void fail(std::string_view why);
  void close();

 private:
  void await_readable();
  void await_end();
  void on_readable();
  void take_messages();
  void say_more();
  void await_writable();
  void on_all_said();
  void tell(const protocol::StatusPiece* piece);

  Loop& loop_;
  const Allowance allowance_;
  DescriptorBudget::Use descriptor_;
  boost::asio::posix::stream_descriptor socket_;
  boost::system::error_code socket_error_; // why socket_ could not be made; start() reports it
  protocol::FrameReader reader_;
  std::vector<local::Descriptor> descriptors_;
  bool descriptors_lost_ = false;
  std::string output_;
  std::size_t written_bytes_ = 0;
  bool writing_ = false;
  bool paused_ = false;
  std::shared_ptr<StatusReading> reading_; // the answer that is being sent
  bool awaits_piece_ = false;
  bool awaiting_end_ = false;
};

} // namespace rtmpt_proxy::gateway
