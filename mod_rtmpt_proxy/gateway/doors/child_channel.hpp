// The gateway's end of a channel to one thread of an httpd child: one exchange at a time.
#pragma once

#include "gateway/doors/admission.hpp"
#include "gateway/doors/message_channel.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/session/exchange.hpp"
#include "gateway/sessions/stream.hpp"
#include "local/descriptor.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::gateway {

// When the child closes its end, the exchange under way is given up.
class ChildChannel final : public MessageChannel, public Exchange {
 public:
  // `socket` is this end of a stream socket pair.
  ChildChannel(Loop& loop, local::Descriptor socket);
  ~ChildChannel() override;

  // Exchange: the answer to a forwarded request.
  void answer(const Answer& answer) override;
  bool can_take_data() const override { return takes_data_; }
  void body_may_go_on() override;

 private:
  bool take(protocol::GatewayMessage& message) override;
  void on_broken(std::string_view why) override;
  void on_close() override;
  bool take_choose(const protocol::Choose& choose);
  bool take_admission(const protocol::Admission& admission);
  bool take_hand_over(protocol::HandOver& terms);
  void keep_with_httpd(const protocol::HandOver& terms);
  bool take_residue(protocol::Residue& residue);
  bool take_forward(const protocol::Forward& forward);
  void forward_to_session(const protocol::Forward& forward);
  void reply_status(std::uint16_t status);
  bool take_piece(protocol::BodyPiece& piece);
  bool give_piece();
  void end_body();
  bool take_question(protocol::AskStatus& question);
  bool take_end(protocol::EndSession& end);
  bool take_refusal(const protocol::OpenRefused& refusal);
  bool take_request_refusal(const protocol::RequestRefused& refusal);
  std::shared_ptr<ChildChannel> shared() { return std::static_pointer_cast<ChildChannel>(shared_from_this()); }

  local::Descriptor client_;          // a connection that was taken and waits for its Residue
  protocol::HandOver terms_;          // the terms of client_
  std::shared_ptr<Stream> session_;   // of the forwarded request under way
  std::shared_ptr<Opening> opening_;  // of the admission under way
  std::optional<BackendPlace> place_; // the place of the last choice, for the Admission that follows
  protocol::BodyPiece piece_;         // of the body under way; its remaining bytes wait for room
  std::uint32_t send_number_ = 0;     // of the send whose body is under way
  bool body_comes_ = false;           // the last piece of the body has not come yet
  bool awaits_answer_ = false;
  bool takes_data_ = true;    // of the forwarded request under way
  bool awaits_loops_ = false; // other loops, or an open, must answer first
  bool wants_facts_ = false;  // the answer under way must carry SessionFacts
};

} // namespace rtmpt_proxy::gateway
