// SPDX-License-Identifier: Apache-2.0
// Reading: from bytes to served requests.
#include "gateway/clients/http_tunnel.hpp"

#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

#include <poll.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

namespace {
// The first bytes of a poll. They are enough to tell it from a request that must not wait.
constexpr std::string_view kPollStart = "POST /idle/";
// The most that is read behind an unanswered request: these bytes are not needed yet.
constexpr std::size_t kLookAheadBytes = 2048;
// After a look for a body in vain, so many bodies are awaited without one.
constexpr int kLooksLeftOut = 31;
// While nothing is read, the connection checks at this interval whether the client is gone.
constexpr std::chrono::seconds kLookInterval{1};
} // namespace

HttpTunnel::HttpTunnel(const ClientHome& home, ClientSocket socket, protocol::HandOver terms, int refusals)
    : home_(home),
      descriptor_(home.loop.descriptors),
      socket_(std::move(socket)),
      terms_(std::move(terms)),
      reader_(terms_.body_limit_bytes),
      is_tcp_(is_tcp(socket_)),
      request_started_(steady_clock::now()),
      waiting_since_(request_started_),
      not_before_(request_started_),
      next_look_(request_started_),
      unused_since_(request_started_),
      linger_until_(request_started_),
      refusals_(refusals) {}

HttpTunnel::~HttpTunnel() {
  home_.kept_input.change(kept_bytes_, 0);
}

void HttpTunnel::start(std::string residue) {
  home_.loop.timer.enter(*this);
  input_ = std::move(residue);
  request_keeps_alive_ = terms_.keep_alive;
  const protocol::TunnelRequest& first = terms_.request;
  consuming_ = true;
  if (std::exchange(terms_.awaits_answer, false))
    serve({first.kind, first.session_id.secret(), first.sequence_number}, {});
  else
    use_session(first.session_id.secret()); // if it cannot join, the connection waits for its next request
  consuming_ = false;
  resume();
}

// Serves the bytes that are here, then waits for more.
void HttpTunnel::resume() {
  if (!turn_is_over_) consume_input();
  note_kept_input();
  if (state_ == State::moving) return depart();
  if (state_ != State::serving) return;
  if (std::exchange(turn_is_over_, false)) {
    boost::asio::post(home_.loop.io, [self = shared_from_this()] {
      self->begin_turn();
      if (self->state_ == State::serving) self->resume();
    });
    return;
  }
  if (input_state_ == Input::ended) on_end_of_input();
  if (state_ != State::serving) return;
  if (looks_for_body()) return on_readable();
  await_readable();
  arm_timer();
}

// Nagle's algorithm keeps a client's body back until its head is acknowledged, which reading the head does. When the
// client is near, or a proxy of TCP, that has brought the body already, and nobody needs to wait for it. Once for each
// event, so that other connections have their turn.
bool HttpTunnel::looks_for_body() {
  if (!std::exchange(head_came_alone_, false) || is_looking_for_body_) return false;
  if (input_state_ != Input::idle || is_reading_enough()) return false;
  if (looks_left_out_ == 0) return is_looking_for_body_ = true;
  --looks_left_out_;
  return false;
}

void HttpTunnel::await_readable() {
  if (input_state_ != Input::idle || state_ == State::closed) return;
  if (state_ == State::serving && is_reading_enough()) {
    next_look_ = std::max(next_look_, steady_clock::now() + kLookInterval);
    return;
  }
  input_state_ = Input::awaiting;
  socket_.async_wait(ClientSocket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    self->input_state_ = Input::idle;
    self->is_looking_for_body_ = false;
    if (!error) self->on_readable();
  });
}

// Whether to read no more now. Unread bytes wait in the socket and slow the client down. Behind an unanswered request a
// few bytes are enough to see what follows.
bool HttpTunnel::is_reading_enough() const {
  if (waits_for_room_ || is_paused_) return true;
  return awaits_answer_ && body_ != Body::flows && input_.size() >= kPollStart.size();
}

std::size_t HttpTunnel::most_read_bytes() const {
  const std::size_t most = std::min(home_.loop.scratch.size(), home_.kept_input.most_read_bytes());
  return awaits_answer_ && body_ != Body::flows ? std::min(most, kLookAheadBytes) : most;
}

void HttpTunnel::on_readable() {
  if (state_ == State::closed) return;
  auto& scratch = home_.loop.scratch;
  ErrorCode error;
  const std::size_t count = socket_.read_some(asio::buffer(scratch.data(), most_read_bytes()), error);
  if (error == asio::error::would_block) {
    if (is_looking_for_body_) looks_left_out_ = kLooksLeftOut;
    await_readable();
    return arm_timer();
  }
  if (error && error != asio::error::eof) return close();
  if (error == asio::error::eof) input_state_ = Input::ended;
  if (state_ == State::lingering) return input_state_ == Input::ended ? close() : await_readable();
  if (state_ == State::closing) return input_state_ == Input::ended ? void() : await_readable(); // no longer needed

  begin_turn();
  if (input_.empty() && (!awaits_answer_ || body_ == Body::flows)) {
    // The usual case: whole requests are parsed in the scratch memory that they were read into.
    consuming_ = true;
    const std::size_t used = consume({scratch.data(), count});
    consuming_ = false;
    input_.append(scratch.data() + used, count - used);
  } else {
    input_.append(scratch.data(), count);
  }
  resume();
}

void HttpTunnel::consume_input() {
  if (consuming_) return;
  consuming_ = true;
  if (body_ != Body::flows) hurry_session(input_);
  if (!input_.empty()) input_.erase(0, consume(input_));
  if (input_.empty() && input_.capacity() > kLookAheadBytes) input_ = std::string();
  consuming_ = false;
}

// Serves the requests in `bytes`, up to one that must wait, and returns how many bytes were used.
std::size_t HttpTunnel::consume(std::string_view bytes) {
  std::size_t used = 0;
  while (state_ == State::serving && (!awaits_answer_ || body_ == Body::flows) && !turn_is_over_ && !is_paused_) {
    const std::string_view rest = bytes.substr(used);
    if (!request_begun_ && !rest.empty()) begin_request();
    std::size_t consumed = 0;
    const std::size_t room = body_ == Body::flows ? body_room_bytes() : HttpRequestReader::kAnySize;
    const HttpProgress progress = reader_.feed(rest, consumed, room);
    used += consumed;
    request_bytes_ += consumed;
    switch (progress) {
    case HttpProgress::need_more:
      request_was_split_ = request_begun_;
      head_came_alone_ = request_begun_ && request_bytes_ == head_bytes_;
      if (room == 0) {
        waits_for_room_ = true;
        waiting_since_ = steady_clock::now();
      }
      return used;
    case HttpProgress::head:
      head_bytes_ = request_bytes_;
      if (!accept_head(rest.size() - consumed)) return used;
      break;
    case HttpProgress::body: on_body(reader_.body_piece()); break;
    case HttpProgress::complete:
      on_complete();
      hurry_session(bytes.substr(used));
      break;
    case HttpProgress::bad: refuse(400); return used;
    case HttpProgress::head_too_large: refuse(431); return used;
    case HttpProgress::body_too_large: on_body_too_large(); return used;
    }
  }
  return used;
}

void HttpTunnel::begin_turn() {
  requests_in_turn_ = 0;
  pieces_in_turn_ = 0;
}

void HttpTunnel::begin_request() {
  target_ = {};
  request_begun_ = true;
  request_was_split_ = false;
  request_bytes_ = 0;
  head_bytes_ = 0;
  request_started_ = steady_clock::now();
}

std::size_t HttpTunnel::body_room_bytes() {
  return session_ ? session_->client().body_room_bytes(*this) : HttpRequestReader::kAnySize;
}

void HttpTunnel::body_may_go_on() {
  if (!std::exchange(waits_for_room_, false)) return;
  request_started_ += steady_clock::now() - waiting_since_; // the client did not cause this delay
  boost::asio::post(home_.loop.io, [self = shared_from_this()] {
    if (self->state_ == State::serving) self->resume();
  });
}

// When bytes (`following`) wait behind a held idle, the idle is answered, so that they can be served.
void HttpTunnel::hurry_session(std::string_view following) {
  if (!awaits_answer_ || !session_ || (following.empty() && input_state_ != Input::ended)) return;
  const std::shared_ptr<Stream> session = session_;
  const std::string_view start = following.substr(0, kPollStart.size());
  const bool may_be_poll = !start.empty() && kPollStart.starts_with(start);
  if (may_be_poll)
    session->client().hurry_for_poll(*this);
  else
    session->client().hurry(*this);
}

void HttpTunnel::on_end_of_input() {
  // No more of the body can come. But bytes that are already here may still go to the session.
  if (body_ == Body::flows) return waits_for_room_ ? leave_session() : close();
  // A client that has only stopped sending still gets the answer that it waits for.
  if (awaits_answer_) return leave_session();
  if (state_ == State::serving) finish_writing();
}

// The client sends nothing more, so for the session this connection is gone. An answer that is still due is written
// nevertheless.
void HttpTunnel::leave_session() {
  if (const std::shared_ptr<Stream> session = session_) session->client().leave(*this);
}

// Checks whether the client is gone. Needed while nothing is read, because only reading would notice it.
void HttpTunnel::look_for_client() {
  pollfd look{socket_.native_handle(), POLLRDHUP, 0};
  ::poll(&look, 1, 0);
  if ((look.revents & (POLLERR | POLLHUP)) != 0) return close();
  if ((look.revents & POLLRDHUP) != 0) leave_session();
  next_look_ = steady_clock::now() + kLookInterval;
  arm_timer();
}

// Counts the bytes of input_ in the budget that all connections share. When the budget is used up, a connection that
// keeps more than its share is refused.
void HttpTunnel::note_kept_input() {
  if (input_.empty() && kept_bytes_ == 0) return;
  home_.kept_input.change(kept_bytes_, input_.capacity());
  kept_bytes_ = input_.capacity();
  if (state_ == State::serving && home_.kept_input.is_over_for(kept_bytes_)) refuse(503);
}

} // namespace rtmpt_proxy::gateway
