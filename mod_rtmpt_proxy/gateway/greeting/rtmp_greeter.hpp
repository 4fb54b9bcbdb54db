// SPDX-License-Identifier: Apache-2.0
// A client of RTMP from its first byte to the moment when it has a stream or is refused.
#pragma once

#include "gateway/base/deadline_heap.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/greeting/greeting_home.hpp"
#include "gateway/sessions/rtmp_client_leg.hpp"
#include "gateway/sockets/client_socket.hpp"

#include <rtmpt_proxy/policy/login/login_challenges.hpp>
#include <rtmpt_proxy/policy/login/login_reply.hpp>
#include <rtmpt_proxy/policy/routing/ask_target.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

//   greeting ── connect is known ──► asking ── httpd sends an Admission, its backend is there ──► gone: has a stream
//      │                               └────── httpd says no, or nothing ──► refusing ──► closed
//      └── bad bytes, or kGreetingTime is over ──► closed
//
// Owned by its loop (Greeters) until it is closed or gone. Runs in the loop's thread.
class RtmpGreeter final : public Timed, public std::enable_shared_from_this<RtmpGreeter> {
 public:
  // From the hand-over to the whole connect.
  static constexpr std::chrono::seconds kGreetingTime{10};
  // For its turn to be asked about, and for httpd's answer.
  static constexpr std::chrono::seconds kAnswerTime{Ask::kAnswerTime};

  // `terms` and `socket` come from httpd. `loop_place` counts the client at its loop, `place` among the clients without
  // a stream.
  RtmpGreeter(const GreetingHome& home, ClientSocket socket, protocol::HandOverRtmp terms, LoopPlace loop_place,
              GreetingPlaces::Place place);
  ~RtmpGreeter() override;

  // Serves `residue`, which httpd had read, and then the socket. Once, after it is owned.
  void start(std::string_view residue);

  // Names the client in httpd's Admission.
  std::uint64_t ticket() const { return ticket_; }

  // Gives the client and its place at the loop to a stream. The greeter is gone afterwards. `terms` are those of the
  // stream: where clients may log in, the media server gets none of it.
  GreetedClient take_client(const protocol::SessionTerms& terms);
  LoopPlace take_loop_place() { return std::move(loop_place_); }

  // Of its connection, as far as they are known.
  protocol::TlsFacts tls_facts() const { return socket_.has_tls() ? socket_.tls_facts() : terms_.tls_facts; }

 private:
  enum class State : std::uint8_t { greeting, asking, refusing, gone };

  void set_time(std::chrono::milliseconds time);
  void await_readable();
  void read();
  void take(std::string_view bytes);
  bool answer_handshake();
  void note_kept();
  void on_connect();
  void ask(std::string text);
  bool is_wanted();
  void on_answer(const protocol::AskAnswer& answer);
  void judge_login(policy::AskTarget& target);
  void reply_to_login(policy::LoginReply reply, std::string_view realm);
  void log_bad_challenge();
  void refuse(std::string_view description, bool may_try_again_at_once);
  void send_refusal();
  void leave(std::string_view why);
  void on_client_gone();
  void close();
  void on_deadline() override;

  const GreetingHome home_;
  DescriptorBudget::Use descriptor_;
  ClientSocket socket_;
  const protocol::HandOverRtmp terms_;
  LoopPlace loop_place_;
  GreetingPlaces::Place place_;
  const std::uint64_t ticket_;
  const protocol::SessionName session_name_; // stands in the lines about a refusal, here and in httpd
  protocol::ClientGreeting greeting_;
  std::size_t kept_bytes_ = 0;                // as counted in kept_input
  std::string description_;                   // of its refusal
  std::optional<protocol::AdobeLogin> login_; // what its connect says
  policy::LoginSubject subject_;              // of that
  bool login_is_good_ = false;                // it answers a challenge that is good; whether rightly, httpd says
  State state_ = State::greeting;
  bool delays_refusal_ = false; // counted by GreetingPlaces::begin_refusal()
  const bool is_tcp_;
};

} // namespace rtmpt_proxy::gateway
