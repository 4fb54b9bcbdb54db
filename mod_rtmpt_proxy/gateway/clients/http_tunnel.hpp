// SPDX-License-Identifier: Apache-2.0
// A client's HTTP connection that httpd handed over, or pumps. The gateway serves all later tunnel requests on it.
#pragma once

#include "gateway/base/deadline_heap.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/clients/client_home.hpp"
#include "gateway/http/reply_queue.hpp"
#include "gateway/http/request_reader.hpp"
#include "gateway/session/exchange.hpp"
#include "gateway/sessions/stream.hpp"
#include "gateway/sockets/client_socket.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// The loop owns it (ClientHome::connections) until it is closed. Runs on its loop, in one thread.
//
// Requests are answered one after the other. While a request waits for its answer, only its own body is parsed, which
// goes to the session as it arrives. Bytes behind a held idle make the session answer it at once. A request that its
// head is enough to refuse is refused before its body is read.
//
// One event serves at most kRequestsPerTurn requests; then the loop's other connections have their turn. After each
// refused request the next one is read later, and after kMostRefusals in a row the connection is closed.
class HttpTunnel final : public Exchange,
                         public AttachedConnection,
                         public Timed,
                         public std::enable_shared_from_this<HttpTunnel> {
 public:
  // `terms` comes from httpd. The request in it, if any, was read there and is served first. So many requests of the
  // connection were refused on another loop, one after the other: `refusals`.
  HttpTunnel(const ClientHome& home, ClientSocket socket, protocol::HandOver terms, int refusals);
  ~HttpTunnel() override;
  HttpTunnel(const HttpTunnel&) = delete;
  HttpTunnel& operator=(const HttpTunnel&) = delete;

  // Serves the first request, then `residue` (bytes that httpd had read beyond it), then the socket.
  void start(std::string residue);

  // Exchange, called by the session.
  void answer(const Answer& answer) override;
  bool can_take_data() const override {
    return state_ == State::serving && queue_.empty() && output_ != Output::broken;
  }
  void body_may_go_on() override;

  // AttachedConnection.
  void session_ended(bool client_may_go_on) override;
  bool close_if_unused() override;
  policy::Way way() const override { return is_tcp_ ? policy::Way::handed_over : policy::Way::pumped; }

 private:
  enum class State : std::uint8_t { serving, moving, closing, lingering, closed };
  // The two directions of the socket. Each has one handler under way at most.
  //
  //   Input    event                                     then
  //   idle     more is wanted (await_readable)           awaiting
  //   awaiting the socket is readable                    idle, and the bytes are read
  //   idle     the client has ended its side             ended, for good
  //
  //   Output   event                                     then
  //   idle     bytes are left in the queue               awaiting
  //   awaiting the socket is writable                    idle, and the queue is written
  //   any      a write fails                             broken, for good: the reader notices it and closes
  enum class Input : std::uint8_t { idle, awaiting, ended };
  enum class Output : std::uint8_t { idle, awaiting, broken };
  // What happens to the body of the request that is being read.
  enum class Body : std::uint8_t {
    none,   // there is no body, or it has no meaning
    whole,  // for a send: the whole body is here and goes with the request
    flows,  // for a send: the session takes the body as it arrives
    refuse, // the request is refused when its body has ended
    drop,   // the request is answered already; the body is dropped
  };
  enum class Join : std::uint8_t { joined, unknown, full };

  // Reading and parsing.
  void resume();
  void await_readable();
  bool is_reading_enough() const;
  std::size_t most_read_bytes() const;
  void on_readable();
  bool looks_for_body();
  void consume_input();
  std::size_t consume(std::string_view bytes);
  void begin_turn();
  void begin_request();
  std::size_t body_room_bytes();
  void note_kept_input();
  void hurry_session(std::string_view following);
  void on_end_of_input();
  void leave_session();
  void look_for_client();

  // One request.
  bool accept_head(std::size_t following_bytes);
  bool accept_target(const protocol::RtmptTarget& target);
  void accept_body(std::size_t following_bytes);
  bool refuse_at_head(std::uint16_t status);
  void begin_flow();
  void on_body(std::string_view piece);
  void on_complete();
  void on_body_too_large();
  void serve(const protocol::RtmptTarget& request, std::string_view body);
  Join use_session(std::string_view id);
  bool move_home(const protocol::RtmptTarget& request);
  void depart();

  // Writing.
  void refuse(std::uint16_t status);
  void note_refused(std::uint16_t status);
  void reply_refusal(std::uint16_t status);
  void pace_refusals();
  void reply(const Answer& answer);
  void send(std::string_view head, const Pieces& body, bool is_empty_poll);
  void await_writable();
  void on_writable();

  // Ending.
  void on_deadline() override;
  void arm_timer();
  TimePoint deadline() const;
  void finish_writing();
  void linger();
  void say_end();
  void close();

  const ClientHome home_;
  DescriptorBudget::Use descriptor_;
  ClientSocket socket_;
  protocol::HandOver terms_;
  HttpRequestReader reader_;
  std::string input_; // read and not consumed yet
  ReplyQueue queue_;
  std::shared_ptr<Stream> session_; // the stream used last; this connection has joined it
  State state_ = State::serving;
  const bool is_tcp_;
  protocol::RtmptTarget target_; // of the request whose body is being read; points into the head in reader_
  std::string_view whole_body_;  // points into the argument of consume()
  std::string home_residue_;     // the head that made this connection move to another loop, written again
  TimePoint request_started_;    // when the unfinished request began, plus its waiting times
  TimePoint waiting_since_;      // used while waits_for_room_
  TimePoint not_before_;         // used while is_paused_: nothing is read before this time
  TimePoint next_look_;          // used while nothing is read: when to check whether the client is still there
  TimePoint unused_since_;       // used without a live session: since when
  TimePoint linger_until_;
  std::uint64_t request_bytes_ = 0; // of the unfinished request, so far
  std::uint64_t head_bytes_ = 0;    // of its head, when that is here as a whole; else 0
  std::size_t kept_bytes_ = 0;      // bytes of input_ as counted in kept_input
  int requests_in_turn_ = 0;
  int pieces_in_turn_ = 0; // of bodies
  int looks_left_out_ = 0; // so many heads that come alone are not followed by a look for the body
  int refusals_;           // one after the other, on other loops too
  std::uint16_t refusal_ = 0;
  Body body_ = Body::none;
  bool request_begun_ = false;
  bool request_keeps_alive_ = true;
  bool request_was_split_ = false;   // its head and body came in two reads
  bool head_came_alone_ = false;     // in the last read; its body is missing
  bool is_looking_for_body_ = false; // since this event began, it has looked once more
  bool awaits_answer_ = false;
  bool waits_for_room_ = false;  // the session takes no more of the body now
  bool continue_is_due_ = false; // the client waits for 100 Continue
  bool turn_is_over_ = false;
  bool is_paused_ = false; // because requests were refused
  bool consuming_ = false; // consume() or the first request is on the stack
  Input input_state_ = Input::idle;
  Output output_ = Output::idle;
};

} // namespace rtmpt_proxy::gateway
