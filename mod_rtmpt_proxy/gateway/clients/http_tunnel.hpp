// A client's HTTP connection that httpd handed over, or pumps: serves all tunnel requests that follow on it.
#pragma once

#include "gateway/base/deadline_heap.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/clients/client_home.hpp"
#include "gateway/http/client_socket.hpp"
#include "gateway/http/reply_queue.hpp"
#include "gateway/http/request_reader.hpp"
#include "gateway/session/exchange.hpp"
#include "gateway/sessions/stream.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// The loop owns it (ClientHome::connections) until it is closed. Runs on its loop, in one thread.
//
// Requests are answered one after the other. While one waits for its answer nothing more is parsed than its own body,
// which goes to the session as it comes; what arrives behind a held idle makes it be answered at once. Everything that
// can be refused by a request's head is refused before any of its body is read.
//
// One event serves no more than a few requests: then it is the turn of the loop's other connections. A client that asks
// for what is refused waits longer and longer for the next request to be read, and is closed in the end.
class HttpTunnel final : public Exchange,
                         public AttachedConnection,
                         public Timed,
                         public std::enable_shared_from_this<HttpTunnel> {
 public:
  // `terms` comes from httpd; the request in it, if any, was read there and is served first.
  HttpTunnel(const ClientHome& home, ClientSocket socket, protocol::HandOver terms);
  ~HttpTunnel() override;
  HttpTunnel(const HttpTunnel&) = delete;
  HttpTunnel& operator=(const HttpTunnel&) = delete;

  // Serves the first request, then `residue` (bytes that httpd had read beyond it), then the socket.
  void start(std::string residue);

  // Exchange, called by the session.
  void answer(const Answer& answer) override;
  bool can_take_data() const override { return queue_.empty() && !broken_; }
  void body_may_go_on() override;

  // AttachedConnection.
  void session_ended(bool client_may_go_on) override;
  bool close_if_unused() override;
  policy::Way way() const override { return is_tcp_ ? policy::Way::handed_over : policy::Way::pumped; }

 private:
  enum class State : std::uint8_t { serving, moving, closing, lingering, closed };
  // What becomes of the body of the request that is being read.
  enum class Body : std::uint8_t {
    none,   // there is none, or it means nothing
    whole,  // of a send: it is all there, and goes with the request
    flows,  // of a send: the session takes it as it comes
    refuse, // the request is refused at its end
    drop,   // the request is answered
  };
  enum class Join : std::uint8_t { joined, unknown, full };

  // Reading and parsing.
  void resume();
  void await_readable();
  bool is_reading_enough() const;
  std::size_t most_read_bytes() const;
  void on_readable();
  void consume_input();
  std::size_t consume(std::string_view bytes);
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
  void close();

  const ClientHome home_;
  DescriptorBudget::Use descriptor_;
  ClientSocket socket_;
  protocol::HandOver terms_;
  HttpRequestReader reader_;
  std::string input_; // read and not consumed yet
  ReplyQueue queue_;
  std::shared_ptr<Stream> session_; // the one last used; it knows this connection
  State state_ = State::serving;
  const bool is_tcp_;
  protocol::RtmptTarget target_; // of the request whose body is being read; points into its head
  std::string_view whole_body_;  // points into the bytes that are being consumed
  std::string home_residue_;     // the request, written again, that takes this connection to another loop
  TimePoint request_started_;    // when the first byte of the unfinished request came, later by what it had to wait
  TimePoint waiting_since_;      // meaningful while waits_for_room_
  TimePoint not_before_;         // meaningful while is_paused_: nothing is read until then
  TimePoint next_look_;          // meaningful while nothing is read: when to see whether the client is still there
  TimePoint unused_since_;       // meaningful without a live session
  TimePoint linger_until_;
  std::uint64_t request_bytes_ = 0; // of the unfinished request, so far
  std::size_t kept_bytes_ = 0;      // of input_, as counted in the gateway's budget
  int requests_in_turn_ = 0;
  int refusals_ = 0; // one after the other
  std::uint16_t refusal_ = 0;
  Body body_ = Body::none;
  bool request_begun_ = false;
  bool request_keeps_alive_ = true;
  bool request_was_split_ = false; // its head and body came apart
  bool awaits_answer_ = false;
  bool waits_for_room_ = false;  // the session takes nothing of the body just now
  bool continue_is_due_ = false; // the client waits for 100 Continue
  bool turn_is_over_ = false;
  bool is_paused_ = false; // because of its refusals
  bool in_loop_ = false;   // consume_input is on the stack
  bool reading_ = false;
  bool writing_ = false;
  bool end_of_input_ = false;
  bool broken_ = false; // the client cannot be written to any more
};

} // namespace rtmpt_proxy::gateway
