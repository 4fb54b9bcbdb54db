// SPDX-License-Identifier: Apache-2.0
// The life of a relay: its way to httpd, its times, and its end.
#include "gateway/relay/relay.hpp"

#include "gateway/sockets/lingering_socket.hpp"
#include "gateway/tls/tls_server_contexts.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/rtmpt/first_request.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include <poll.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using std::chrono::steady_clock;

namespace {

// Between two attempts, as for an ask.
constexpr std::chrono::milliseconds kPauseOfRelay{50};
// How often a client that is not read is looked at.
constexpr std::chrono::seconds kLookAtClient{1};

std::string relay_preamble(const protocol::HandOverTls& terms, std::uint64_t ticket) {
  protocol::AskPreamble preamble;
  preamble.kind = protocol::AskKind::relay;
  preamble.over_tls = true;
  preamble.ticket = ticket;
  preamble.client = terms.client;
  preamble.tls_server_name = terms.tls_server_name;
  return encode(preamble);
}

} // namespace

Relay::Relay(const RelayHome& home, ClientSocket client, protocol::HandOverTls terms, TlsClientPlaces places)
    : home_(home),
      client_descriptor_(home.greeting.loop.descriptors),
      httpd_descriptor_(home.greeting.loop.descriptors),
      client_(std::move(client)),
      httpd_(home.greeting.loop.io),
      pause_(home.greeting.loop.io),
      busy_pause_(kFirstBusyPause),
      terms_(std::move(terms)),
      inner_terms_{terms_.server_id, terms_.tls_server_name, client_.tls_facts(),
                   home.servers.offers(terms_.server_id)},
      loop_place_(std::move(places.loop)),
      place_(std::move(places.relay)),
      ticket_(protocol::ask_ticket(home.greeting.loop_index, ++home.greeting.greeters.last_ticket_number)),
      tail_(home.tails),
      state_until_(steady_clock::now() + home.clients.times.inner_handshake) {}

void Relay::start(std::string_view first_bytes) {
  home_.clients.by_ticket.emplace(ticket_, this);
  home_.greeting.loop.timer.enter(*this);
  ticket_is_due_ = protocol::begins_page(first_bytes);
  tail_.add(first_bytes);
  tail_until_ = steady_clock::now() + home_.clients.times.tail;
  httpd_side_.unsent = first_bytes;
  arm_timer();
  connect();
}

// The second attempt resumes no session: that may be what httpd did not like.
void Relay::connect() {
  InnerSessions& sessions = home_.clients.inner_sessions;
  const bool is_first = attempts_left_ == 2;
  const std::shared_ptr<const local::Descriptor> door = home_.greeting.asks.door();
  if (!door || !sessions.context()) {
    --attempts_left_;
    return try_again(door ? "no memory for TLS" : "it has no listener for the gateway");
  }
  const InnerSession session = is_first ? sessions.find(inner_terms_) : nullptr;
  DoorConnected connected =
      httpd_.connect(*door, relay_preamble(terms_, ticket_), sessions.context(), inner_terms_, session.get());
  if (connected.is_too_busy) {
    httpd_.close();
    return connect_after(std::exchange(busy_pause_, std::min(2 * busy_pause_, kLongestBusyPause)));
  }
  --attempts_left_;
  if (!connected.failure.empty()) return try_again(std::move(connected.failure));
  shake_hands();
}

// Not in the queue of handshakes: a client's step costs little, and a thread of httpd's waits for it.
void Relay::shake_hands() {
  if (state_ != State::connecting || !httpd_.is_open()) return;
  switch (httpd_.handshake()) {
  case TlsStep::wants_read: await_step(HttpdLine::Socket::wait_read); break;
  case TlsStep::wants_write: await_step(HttpdLine::Socket::wait_write); break;
  case TlsStep::done: on_inner_handshake(); break;
  case TlsStep::ended:
  case TlsStep::failed: try_again(httpd_.failure()); break;
  }
}

void Relay::await_step(HttpdLine::Socket::wait_type what) {
  httpd_.async_wait(what, [self = shared_from_this()](const ErrorCode& error) {
    if (!error) self->shake_hands();
  });
}

void Relay::on_inner_handshake() {
  state_ = State::open;
  client_side_.progress = httpd_side_.progress = steady_clock::now();
  advance();
}

// A child of httpd may end between accepting and answering. Nothing of the client has been sent yet.
void Relay::try_again(std::string why) { // its own text: it may lie in the line that is closed here
  httpd_.close();
  if (attempts_left_ <= 0) {
    if (const auto left_out = home_.clients.httpd_lines.admit(steady_clock::now()))
      home_.greeting.loop.log.warn("RTMPT451: the connection of the TLS client {} is closed: httpd, to which it is to "
                                   "go on, does not take it: {}{}",
                                   terms_.shown_client, why, policy::words_for_left_out(*left_out));
    return close();
  }
  connect_after(kPauseOfRelay);
}

void Relay::connect_after(std::chrono::milliseconds pause) {
  pause_.expires_after(pause);
  pause_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (!error && self->state_ == State::connecting) self->connect();
  });
}

bool Relay::promise() {
  if (state_ != State::open || httpd_side_.ended) return false;
  state_ = State::promised;
  state_until_ = steady_clock::now() + home_.clients.times.take_over;
  arm_timer();
  return true;
}

void Relay::break_promise() {
  if (state_ != State::promised) return;
  state_ = State::open;
  advance();
}

void Relay::take_over(RelayTakeOver taken) {
  if (state_ != State::promised) return;
  state_ = State::leaving;
  taken_ = std::move(taken);
  state_until_ = steady_clock::now() + home_.clients.times.take_over;
  advance();
}

void Relay::end_if_done() {
  if (!has_delivered_all()) return;
  if (state_ == State::open) finish();
  if (state_ == State::leaving) depart();
}

// Of an answer that was cut off the client must not hear a good end.
void Relay::finish() {
  ErrorCode ignored;
  client_.cancel(ignored);
  if (httpd_.ended_well())
    linger_and_close(home_.greeting.loop.io, home_.greeting.loop.descriptors, std::move(client_));
  close();
}

// What httpd has not taken is to be read again.
void Relay::depart() {
  const std::optional<std::string_view> rest = tail_.behind(taken_->taken_bytes);
  if (!rest) return fail_take_over("httpd has not read enough of what it has sent");
  std::string residue = std::move(taken_->residue) + std::string(*rest);
  const auto serve = std::move(taken_->serve);
  DetachedClient client = client_.detach();
  close();
  serve(std::move(client), std::move(residue));
}

void Relay::fail_take_over(std::string_view why) {
  if (const auto left_out = home_.clients.take_over_lines.admit(steady_clock::now()))
    home_.greeting.loop.log.warn("RTMPT452: the connection of the TLS client {} is closed, and does not reach its "
                                 "session: {}{}",
                                 terms_.shown_client, why, policy::words_for_left_out(*left_out));
  close();
}

void Relay::close() {
  if (std::exchange(state_, State::gone) == State::gone) return;
  ErrorCode ignored;
  client_.cancel(ignored);
  client_.detach(); // which closes it below TLS
  httpd_.close();
  pause_.cancel();
  home_.clients.by_ticket.erase(ticket_);
  home_.greeting.loop.timer.leave(*this);
  // Posted, because the relay may be on the stack.
  asio::post(home_.greeting.loop.io,
             [kept = home_.clients.relayed.release(*this), &events = home_.events] { events.tls_client_gone(); });
}

// Its time to take the rest begins when there is one: that may be long after it has taken something.
void Relay::note_client_owes() {
  const bool owes = client_owes();
  if (owes && !client_owed_) client_side_.progress = steady_clock::now();
  client_owed_ = owes;
}

TimePoint Relay::client_stalls_at() const {
  return client_owes() || httpd_side_.ended ? client_side_.progress + home_.clients.times.stall : TimePoint::max();
}

TimePoint Relay::httpd_stalls_at() const {
  if (httpd_side_.unsent.empty() || httpd_side_.deaf) return TimePoint::max();
  return httpd_side_.progress + home_.clients.times.stall;
}

TimePoint Relay::deadline() const {
  if (state_ == State::connecting) return std::min(state_until_, next_look_);
  if (state_ != State::open) return state_until_;
  TimePoint due = std::min(client_stalls_at(), httpd_stalls_at());
  if (!may_read_client() && !client_side_.ended) due = std::min(due, next_look_);
  if (!tail_.is_empty()) due = std::min(due, tail_until_);
  return due;
}

void Relay::arm_timer() {
  if (state_ == State::gone) return;
  note_client_owes();
  const TimePoint due = deadline();
  if (due != TimePoint::max()) home_.greeting.loop.timer.call_by(*this, due);
}

void Relay::on_deadline() {
  const TimePoint now = steady_clock::now();
  if (now < deadline()) return arm_timer();
  switch (state_) {
  case State::connecting:
    if (now < state_until_) return look_for_client();
    attempts_left_ = 0;
    return try_again("its answer to the TLS handshake takes too long");
  case State::promised: return fail_take_over("httpd has not said what it has read");
  case State::leaving: return fail_take_over("the answers of before do not come to their end");
  case State::open: break;
  case State::gone: return;
  }
  if (now >= client_stalls_at() || now >= httpd_stalls_at()) return close();
  if (now >= tail_until_) forget_tail();
  look_for_client();
}

// What httpd has fetched it takes within that time, or it is busy with an answer for longer: then the client comes to
// its session by another connection.
void Relay::forget_tail() {
  if (httpd_side_.unsent.empty() && httpd_.has_fetched_all()) return tail_.forget();
  tail_until_ = steady_clock::now() + home_.clients.times.tail;
}

// Only reading notices a client that has left.
void Relay::look_for_client() {
  pollfd look{client_.native_handle(), 0, 0};
  ::poll(&look, 1, 0);
  if ((look.revents & (POLLERR | POLLHUP)) != 0) return close();
  next_look_ = steady_clock::now() + kLookAtClient;
  arm_timer();
}

void TlsClients::end() {
  for (const auto& client : beginning.all())
    client->close();
  for (const auto& relay : relayed.all())
    relay->close();
}

} // namespace rtmpt_proxy::gateway
