// SPDX-License-Identifier: Apache-2.0
// The gateway's end of a channel to one thread of an httpd child: one exchange at a time.
#pragma once

#include "gateway/doors/admission.hpp"
#include "gateway/doors/message_channel.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/hub/pull_look.hpp"
#include "gateway/relay/tls_intake.hpp"
#include "gateway/session/exchange.hpp"
#include "gateway/sessions/stream.hpp"
#include "local/descriptor.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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
  std::uint16_t refusal_of(const protocol::HandOver& terms);
  bool take_relayed_client(protocol::HandOver& terms);
  void promise(std::uint64_t ticket);
  void on_promise(std::uint64_t ticket, bool promised);
  void begin_tls_at_chosen_loop(std::string read_already);
  static protocol::Reply status_reply(std::uint16_t status);
  void keep_with_httpd(std::string_view shown_client);
  std::optional<local::Descriptor> take_connection(std::string_view shown_client);
  bool take_rtmp_client(protocol::HandOverRtmp& terms);
  bool take_tls_client(protocol::HandOverTls& terms);
  void await_tls_server(int looks_left);
  void answer_tls_client();
  // A viewer over HTTP whose request is not answered yet.
  struct AskedViewer {
    protocol::HandOverViewer terms;
    local::Descriptor client; // none when he only asks, or is relayed
  };
  bool take_viewer(protocol::HandOverViewer& viewer);
  std::optional<protocol::Refused> refusal_of_viewer(const protocol::Admission& admission);
  void refuse_viewer(const protocol::HandOverViewer& viewer, protocol::Refused refused);
  void look_for_stream(AskedViewer asked);
  void on_looked(LookResult result);
  void answer_viewer(AskedViewer asked);
  bool take_place(const protocol::HandOverViewer& viewer);
  void start_taken_viewer(std::uint64_t ticket, protocol::Residue residue);
  bool take_residue(protocol::Residue& residue);
  bool take_forward(const protocol::Forward& forward);
  void forward_to_session(const protocol::Forward& forward);
  void reply_status(std::uint16_t status);
  bool take_piece(protocol::BodyPiece& piece);
  bool give_piece();
  void end_body();
  bool take_question(protocol::AskStatus& question);
  bool take_list_question(const protocol::AskStreams& question);
  bool take_end(protocol::EndSession& end);
  bool take_drain(const protocol::DrainBackend& drain);
  bool take_refusal(const protocol::OpenRefused& refusal);
  bool take_request_refusal(const protocol::RequestRefused& refusal);
  std::shared_ptr<ChildChannel> shared() { return std::static_pointer_cast<ChildChannel>(shared_from_this()); }

  bool awaits_residue() const { return client_ || relayed_ticket_ != 0; }

  local::Descriptor client_; // a connection that was taken and waits for its Residue
  protocol::HandOver terms_; // the terms of client_, or of relayed_ticket_; those of client_ may also be
  std::optional<protocol::HandOverRtmp> rtmp_terms_;
  std::optional<protocol::HandOverTls> tls_terms_; // of client_, until it is answered
  std::optional<ExpectedTlsClient> tls_client_;
  boost::asio::steady_timer tls_wait_;
  std::optional<AskedViewer> asked_viewer_; // together with look_
  std::unique_ptr<PullLook> look_;
  std::optional<protocol::HandOverViewer> viewer_;
  std::optional<SessionPlaces> viewer_places_; // together with viewer_
  std::uint64_t relayed_ticket_ = 0;  // of a relayed client that is promised and waits for its Residue; 0: none
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
