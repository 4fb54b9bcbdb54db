// SPDX-License-Identifier: Apache-2.0
// Writing and ending of a handed-over connection.
#include "gateway/clients/http_tunnel.hpp"
#include "gateway/sockets/quick_ack.hpp"

#include <rtmpt_proxy/policy/limits/request_time.hpp>
#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

namespace {

// How long a connection without a live session may stay open without a request.
constexpr std::chrono::seconds kUnusedTime{5};
// How long the client may take to read the last reply. Then the connection is closed.
constexpr std::chrono::seconds kLingerTime{2};
// The first kFreeRefusals refused requests in a row are answered at once. After each further one the connection pauses,
// twice as long as before. Number kMostRefusals ends the connection.
constexpr int kFreeRefusals = 4;
constexpr int kMostRefusals = 10;
constexpr std::chrono::milliseconds kRefusalDelay{50};
// The most that one event writes, so that one client does not delay the others.
constexpr std::size_t kMostWrittenBytes = 1u << 20;

} // namespace

void HttpTunnel::answer(const Answer& answer) {
  awaits_answer_ = false;
  waits_for_room_ = false;
  if (answer.status == 200) refusals_ = 0;
  if (body_ == Body::flows) {
    // The rest of the body has no meaning now. A client that waits for 100 Continue may never send it.
    body_ = Body::drop;
    if (continue_is_due_ || answer.status != 200) request_keeps_alive_ = false;
  }
  reply(answer);
  // The session may be on the stack, so bytes that the client sent meanwhile are served later, by a posted handler.
  if (consuming_ || state_ != State::serving) return;
  if (!input_.empty() || input_state_ == Input::ended)
    asio::post(home_.loop.io, [self = shared_from_this()] {
      if (self->state_ == State::serving) self->resume();
    });
  else
    await_readable();
}

// Refuses the request and ends the connection after the reply, whatever the client still sends.
void HttpTunnel::refuse(std::uint16_t status) {
  if (body_ == Body::drop) return finish_writing(); // the request has its reply already
  request_keeps_alive_ = false;
  waits_for_room_ = false;
  if (body_ == Body::flows) {
    body_ = Body::drop;
    const std::shared_ptr<Stream> session = session_;
    if (std::exchange(awaits_answer_, false) && session) session->client().forget(*this);
  }
  // 421 is no refusal: the client comes again on another connection. on_body_too_large() has noted a 413 already.
  if (status != 421 && status != 413) note_refused(status);
  Answer refusal;
  refusal.status = status;
  reply(refusal);
}

// Notes the refusal at the session that the connection used last, unless the request names another one.
void HttpTunnel::note_refused(std::uint16_t status) {
  if (!session_) return;
  const bool is_its_own = target_.session_id.empty() || target_.session_id == session_->id().secret();
  if (is_its_own) session_->client().request_refused(status);
}

// Refuses the request and keeps the connection, unless too many requests in a row were refused.
void HttpTunnel::reply_refusal(std::uint16_t status) {
  if (++refusals_ >= kMostRefusals) request_keeps_alive_ = false;
  note_refused(status);
  Answer refusal;
  refusal.status = status;
  reply(refusal);
  pace_refusals();
}

// Delays the next request of a client whose requests are refused again and again.
void HttpTunnel::pace_refusals() {
  if (refusals_ <= kFreeRefusals || state_ != State::serving) return;
  is_paused_ = true;
  not_before_ = steady_clock::now() + kRefusalDelay * (1 << (refusals_ - kFreeRefusals - 1));
}

void HttpTunnel::reply(const Answer& answer) {
  if (state_ != State::serving) return;
  Pieces body = answer.body;
  if (answer.status != 200) body = {protocol::error_body(answer.status), {}};
  // Replies that the client does not read are counted, which works for equal ones only. Any other reply must be the
  // last one.
  const bool close = answer.close || !request_keeps_alive_ || (!queue_.empty() && !answer.is_empty_poll());
  const protocol::ReplyHead head(answer.status, close, size_of(body), answer.polling_interval);
  send(head.text(), body, answer.is_empty_poll() && !close);
  if (session_ && session_->ended()) unused_since_ = steady_clock::now();
  // ffmpeg sends head and body in two segments, and the second waits until the first is acknowledged. With this option,
  // set after each reply, the next head is acknowledged at once instead of 40 ms later.
  if (request_was_split_ && output_ != Output::broken && is_tcp_) acknowledge_quickly(socket_.native_handle());
  if (close) finish_writing();
}

void HttpTunnel::send(std::string_view head, const Pieces& body, bool is_empty_poll) {
  if (output_ == Output::broken) return;
  if (!queue_.empty()) {
    if (is_empty_poll) return queue_.push_empty_reply(head);
    for (const std::string_view piece : {head, body[0], body[1]})
      queue_.push_last(piece);
    return;
  }
  const std::array<std::string_view, 3> pieces{head, body[0], body[1]};
  std::array<asio::const_buffer, 3> buffers;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    buffers[i] = asio::buffer(pieces[i].data(), pieces[i].size());
  ErrorCode error;
  std::size_t written = socket_.write_some(buffers, error);
  if (error == asio::error::would_block)
    written = 0;
  else if (error)
    output_ = Output::broken; // the next read fails too and closes the connection
  if (output_ == Output::broken) return;
  for (const std::string_view piece : pieces) {
    const std::size_t done = std::min(written, piece.size());
    written -= done;
    queue_.push_bytes(piece.substr(done));
  }
  await_writable();
}

void HttpTunnel::await_writable() {
  if (output_ != Output::idle || queue_.empty() || state_ == State::closed) return;
  output_ = Output::awaiting;
  socket_.async_wait(ClientSocket::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    if (self->output_ == Output::awaiting) self->output_ = Output::idle;
    if (!error) self->on_writable();
  });
}

void HttpTunnel::on_writable() {
  std::size_t total = 0;
  while (!queue_.empty() && total < kMostWrittenBytes) {
    const std::string_view bytes = queue_.front();
    ErrorCode error;
    const std::size_t written = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    if (error == asio::error::would_block) break;
    if (error) return close();
    queue_.advance(written);
    total += written;
  }
  if (state_ == State::closing && queue_.empty()) return linger();
  await_writable();
}

void HttpTunnel::session_ended(bool client_may_go_on) {
  unused_since_ = steady_clock::now();
  session_.reset();
  if (!client_may_go_on && !awaits_answer_ && state_ == State::serving) finish_writing();
  arm_timer();
}

bool HttpTunnel::close_if_unused() {
  if (state_ == State::closed || awaits_answer_ || request_begun_ || !queue_.empty() || consuming_) return false;
  close();
  return true;
}

TimePoint HttpTunnel::deadline() const {
  if (state_ == State::closing || state_ == State::lingering) return linger_until_;
  if (is_paused_) return not_before_;
  if (is_reading_enough()) return next_look_;
  if (awaits_answer_ && body_ != Body::flows) return TimePoint::max();
  if (request_begun_) return request_started_ + policy::request_time(request_bytes_);
  return session_ ? TimePoint::max() : unused_since_ + kUnusedTime;
}

void HttpTunnel::arm_timer() {
  if (state_ != State::closed) home_.loop.timer.call_by(*this, deadline());
}

void HttpTunnel::on_deadline() {
  if (state_ == State::closed) return;
  const auto now = steady_clock::now();
  if (now < deadline()) return arm_timer();
  if (state_ == State::serving && std::exchange(is_paused_, false)) {
    begin_turn();
    return resume();
  }
  if (state_ == State::serving && is_reading_enough()) return look_for_client();
  if (state_ == State::serving && request_begun_) return refuse(408);
  if (state_ == State::serving) return finish_writing();
  close();
}

// Serves no more requests. Bytes that wait to be written are still written.
void HttpTunnel::finish_writing() {
  if (state_ != State::serving) return;
  state_ = State::closing;
  linger_until_ = steady_clock::now() + kLingerTime;
  if (queue_.empty() && output_ != Output::broken) return linger();
  if (output_ == Output::broken) return close();
  await_readable();
  arm_timer();
}

// Waits for the client to close first. A close with unread bytes of the client makes a TCP reset, which can destroy the
// last reply on its way.
void HttpTunnel::linger() {
  state_ = State::lingering;
  linger_until_ = steady_clock::now() + kLingerTime;
  say_end();
  if (state_ != State::lingering) return;
  await_readable();
  arm_timer();
}

// TLS's word for it may have to wait for the kernel.
void HttpTunnel::say_end() {
  ErrorCode error;
  socket_.shutdown_send(error);
  if (error == asio::error::would_block)
    return socket_.async_wait(ClientSocket::wait_write, [self = shared_from_this()](const ErrorCode& failed) {
      if (!failed && self->state_ == State::lingering) self->say_end();
    });
  if (input_state_ == Input::ended) close();
}

void HttpTunnel::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  ErrorCode ignored;
  socket_.close(ignored);
  home_.loop.timer.leave(*this);
  // Posted, because the session may be on the stack: it may be just answering this connection.
  asio::post(home_.loop.io, [self = shared_from_this(), owned = home_.connections.release(*this),
                             session = std::exchange(session_, nullptr)] {
    if (!session) return;
    if (std::exchange(self->awaits_answer_, false)) session->client().forget(*self);
    session->client().leave(*self);
  });
}

} // namespace rtmpt_proxy::gateway
