// The gateway's end of a channel to one thread of an httpd child: one exchange at a time.
#pragma once

#include "descriptor_budget.hpp"
#include "descriptor_socket.hpp"
#include "exchange.hpp"
#include "live_session.hpp"
#include "session_counts.hpp"

#include <rtmpt_proxy/protocol/gateway_message.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

class Gateway;

// Keeps itself alive until the child closes its end or breaks the protocol. Runs on the gateway's loop.
class ChildChannel final : public Exchange, public std::enable_shared_from_this<ChildChannel> {
 public:
  // `socket` is this end of a stream socket pair.
  ChildChannel(Gateway& gateway, Descriptor socket);
  ~ChildChannel();
  ChildChannel(const ChildChannel&) = delete;
  ChildChannel& operator=(const ChildChannel&) = delete;

  // Says Hello and serves.
  void start();

  // Exchange: the answer to a forwarded request.
  void answer(const Answer& answer) override;
  bool can_take_data() const override { return takes_data_; }

 private:
  void await_readable();
  void on_readable();
  bool take(protocol::GatewayMessage& message);
  bool take_choose(const protocol::Choose& choose);
  bool take_admission(const protocol::Admission& admission);
  bool take_hand_over(protocol::HandOver& terms);
  bool take_residue(protocol::Residue& residue);
  bool take_forward(const protocol::Forward& forward);
  bool take_question(protocol::AskStatus& question);
  bool take_end(protocol::EndSession& end);
  void say(const protocol::GatewayMessage& message);
  void say_more();
  void await_writable();
  void fail(std::string_view why);
  void close();

  Gateway& gateway_;
  DescriptorBudget::Use descriptor_;
  boost::asio::posix::stream_descriptor socket_;
  protocol::FrameReader reader_;
  std::vector<Descriptor> descriptors_;  // came, and belong to a HandOver that has not been read yet
  Descriptor client_;                    // taken, and waiting for its Residue
  protocol::HandOver terms_;             // of client_
  std::shared_ptr<LiveSession> session_; // of the forwarded request under way
  std::optional<BackendPlace> place_;    // chosen, and kept for the Admission that follows
  std::string output_;
  std::size_t written_bytes_ = 0;
  bool awaits_answer_ = false;
  bool takes_data_ = true;    // of the forwarded request under way
  bool awaits_loops_ = false; // other loops, or an admission, have to answer first
  bool wants_facts_ = false;  // with the answer under way
  bool writing_ = false;
};

} // namespace rtmpt_proxy::gateway
