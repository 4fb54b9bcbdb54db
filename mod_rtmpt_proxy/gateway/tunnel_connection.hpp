// A client's HTTP connection that httpd handed over, or pumps: serves all tunnel requests that follow on it.
#pragma once

#include "client_socket.hpp"
#include "deadline_heap.hpp"
#include "descriptor_budget.hpp"
#include "exchange.hpp"
#include "live_session.hpp"
#include "reply_queue.hpp"
#include "request_reader.hpp"

#include <rtmpt_proxy/protocol/gateway_message.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

class Gateway;

// Held by the loop's timer until it is closed. Runs on the gateway's loop.
//
// Requests are answered one after the other. While one waits for its answer nothing more is parsed; what arrives behind
// a held idle makes it be answered at once.
class TunnelConnection final : public Exchange,
                               public AttachedConnection,
                               public Timed,
                               public std::enable_shared_from_this<TunnelConnection> {
 public:
  // `terms` comes from httpd; the request in it, if any, was read there and is served first.
  TunnelConnection(Gateway& gateway, ClientSocket socket, protocol::HandOver terms);
  ~TunnelConnection() override;
  TunnelConnection(const TunnelConnection&) = delete;
  TunnelConnection& operator=(const TunnelConnection&) = delete;

  // Serves the first request, then `residue` (bytes that httpd had read beyond it), then the socket.
  void start(std::string residue);

  // Exchange, called by the session.
  void answer(const Answer& answer) override;
  bool can_take_data() const override { return queue_.empty() && !broken_; }

  // AttachedConnection.
  void session_ended(bool client_may_go_on) override;
  bool close_if_unused() override;
  policy::Way way() const override { return is_tcp_ ? policy::Way::handed_over : policy::Way::pumped; }

 private:
  enum class State : std::uint8_t { serving, moving, closing, lingering, closed };

  // Reading and parsing.
  void resume();
  void await_readable();
  void on_readable();
  void consume_input();
  std::size_t consume(std::string_view bytes);
  void hurry_session(std::string_view following);
  bool accept_head();
  void serve_request();
  void serve(const protocol::RtmptTarget& request, std::string_view body);
  bool use_session(std::string_view id);
  void move_home(const protocol::RtmptTarget& request, std::string_view body);
  void depart();
  void on_end_of_input();

  // Writing.
  void refuse(std::uint16_t status);
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
  void report_truncation(LiveSession& session) const;

  Gateway& gateway_;
  DescriptorBudget::Use descriptor_;
  ClientSocket socket_;
  protocol::HandOver terms_;
  HttpRequestReader reader_;
  std::string input_; // read and not consumed yet
  ReplyQueue queue_;
  std::shared_ptr<LiveSession> session_; // the one last used; it knows this connection
  State state_ = State::serving;
  const bool is_tcp_;
  TimePoint request_started_; // when the first byte of the unfinished request came
  TimePoint unused_since_;    // meaningful without a live session
  TimePoint linger_until_;
  std::uint64_t request_bytes_ = 0; // of the unfinished request, so far
  bool request_begun_ = false;
  bool request_keeps_alive_ = true;
  bool request_was_split_ = false; // its head and body came apart
  bool awaits_answer_ = false;
  bool in_loop_ = false; // consume_input is on the stack
  bool reading_ = false;
  bool writing_ = false;
  bool end_of_input_ = false;
  bool broken_ = false; // the client cannot be written to any more
};

} // namespace rtmpt_proxy::gateway
