// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/rtmp_greeter.hpp"

#include "gateway/base/keyed_digest.hpp"
#include "gateway/base/random_bytes.hpp"
#include "gateway/session/session_id.hpp"
#include "gateway/sockets/lingering_socket.hpp"
#include "gateway/sockets/quick_ack.hpp"

#include <rtmpt_proxy/policy/routing/ask_target.hpp>
#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/rtmp/connect_query.hpp>
#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using protocol::GreetingState;
using std::chrono::steady_clock;

namespace {

constexpr int kOk = 200;
constexpr int kLeastServerFault = 500;

std::string question(const protocol::HandOverRtmp& terms, std::uint64_t ticket, const protocol::SessionName& session,
                     const policy::AskTarget& target, const protocol::ConnectRequest& connect) {
  protocol::AskPreamble preamble;
  preamble.over_tls = terms.over_tls;
  preamble.ticket = ticket;
  preamble.client = terms.client;
  preamble.tls_server_name = terms.tls_server_name;
  preamble.session_name = session;
  return encode(preamble) + policy::ask_request(target, connect.flash_version, terms.client.destination);
}

} // namespace

RtmpGreeter::RtmpGreeter(const GreetingHome& home, ClientSocket socket, protocol::HandOverRtmp terms,
                         LoopPlace loop_place, GreetingPlaces::Place place)
    : home_(home),
      descriptor_(home.loop.descriptors),
      socket_(std::move(socket)),
      terms_(std::move(terms)),
      loop_place_(std::move(loop_place)),
      place_(std::move(place)),
      ticket_(protocol::ask_ticket(home.loop_index, ++home.greeters.last_ticket_number)),
      session_name_(make_session_name()),
      is_tcp_(is_tcp(socket_)) {
  keep_alive(socket_);
}

RtmpGreeter::~RtmpGreeter() {
  if (delays_refusal_) home_.places.end_refusal(place_.key());
  home_.kept_input.change(kept_bytes_, 0);
}

void RtmpGreeter::start(std::string_view residue) {
  home_.greeters.by_ticket.emplace(ticket_, this);
  set_time(kGreetingTime);
  const auto self = shared_from_this();
  take(residue);
  if (is_tcp_) acknowledge_quickly(socket_.native_handle());
  if (socket_.is_open()) await_readable();
}

// From now on the deadline is that, also when it is later than the one before.
void RtmpGreeter::set_time(std::chrono::milliseconds time) {
  home_.loop.timer.leave(*this);
  home_.loop.timer.enter(*this);
  home_.loop.timer.call_by(*this, steady_clock::now() + time);
}

void RtmpGreeter::await_readable() {
  socket_.async_wait(ClientSocket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    if (!error) self->read();
  });
}

// Reads once in a turn. While httpd is asked, this notices when the client leaves.
void RtmpGreeter::read() {
  if (!socket_.is_open()) return;
  auto& scratch = home_.loop.scratch;
  ErrorCode error;
  const std::size_t most = std::min(scratch.size(), greeting_.room_bytes());
  if (most == 0) return leave("it sends too much before it is answered");
  const std::size_t count = socket_.read_some(asio::buffer(scratch.data(), most), error);
  if (error && error != asio::error::would_block) return on_client_gone();
  take({scratch.data(), count});
  if (!socket_.is_open()) return;
  // Until connect has come, every message of the client waits for an acknowledgement of the one before.
  if (is_tcp_ && greeting_.state() != GreetingState::connected) acknowledge_quickly(socket_.native_handle());
  await_readable();
}

// A client that waits for a refusal counts as waiting until the refusal is due, also when it is gone: leaving early
// must not be a way to try again sooner.
void RtmpGreeter::on_client_gone() {
  ErrorCode ignored;
  if (state_ != State::refusing) return close();
  socket_.close(ignored);
}

void RtmpGreeter::take(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::gone) {
    const std::size_t taken = greeting_.feed(bytes);
    bytes.remove_prefix(taken);
    if (greeting_.state() == GreetingState::failed) return leave(to_string(greeting_.error()));
    if (taken == 0) return leave("it sends too much before it is answered");
    if (!answer_handshake()) return;
    note_kept();
    if (home_.kept_input.is_over_for(kept_bytes_)) return leave("too many clients send too much before their connect");
    if (greeting_.state() == GreetingState::connected && state_ == State::greeting) on_connect();
  }
}

// What is kept of the client, twice while connect is not complete.
void RtmpGreeter::note_kept() {
  const std::size_t now = 2 * greeting_.kept().capacity();
  home_.kept_input.change(std::exchange(kept_bytes_, now), now);
}

// False when the client does not take the answer, which fits into every socket that nothing has been written to.
bool RtmpGreeter::answer_handshake() {
  const std::string c1 = greeting_.take_c1();
  if (c1.empty()) return true;
  std::string answer;
  try {
    answer = protocol::server_handshake(c1, random_text(protocol::kHandshakeRandomBytes), keyed_digest);
  } catch (const std::exception& failure) { // no random bytes, or no digest
    leave(failure.what());
    return false;
  }
  ErrorCode error;
  const std::size_t written = socket_.write_some(asio::buffer(answer), error);
  if (!error && written == answer.size()) return true;
  close();
  return false;
}

void RtmpGreeter::on_connect() {
  state_ = State::asking;
  const protocol::ConnectRequest& connect = greeting_.connect();
  policy::AskTarget target = policy::ask_target(connect);
  if (target.error != policy::AskError::none) {
    if (const auto left_out = home_.greeters.lines.admit(steady_clock::now()))
      home_.loop.log.info("RTMPT411: session {}: the client of RTMP {} is refused: {}{}", session_name_.text(),
                          terms_.shown_client, to_string(target.error), policy::words_for_left_out(*left_out));
    return refuse(to_string(protocol::RefusalWords::no_application), false);
  }
  if (!home_.asks.has_door()) return on_answer({});
  judge_login(target);
  set_time(kAnswerTime);
  ask(question(terms_, ticket_, session_name_, target, connect));
}

// Whether clients log in at that virtual host, httpd says. One that answers a challenge which is not good is asked
// about as if it had said nothing.
void RtmpGreeter::judge_login(policy::AskTarget& target) {
  login_ = target.login;
  subject_ = {std::string(protocol::to_text(terms_.client.source.address).view()), target.host, target.path,
              login_ ? login_->user : std::string()};
  if (!login_ || !login_->answers()) return;
  login_is_good_ = home_.logins.use_challenge(login_->opaque, subject_) == policy::ChallengeVerdict::good;
  if (!login_is_good_) target.login.reset();
}

// Weak: the client may leave before it is its turn, or before httpd has answered.
void RtmpGreeter::ask(std::string text) {
  const std::weak_ptr<RtmpGreeter> weak = weak_from_this();
  const auto is_wanted = [weak] {
    const auto self = weak.lock();
    return self && self->is_wanted();
  };
  home_.asks.ask(place_.key(), std::move(text), is_wanted, [weak](const protocol::AskAnswer& answer) {
    if (const auto self = weak.lock()) self->on_answer(answer);
  });
}

// Asked when it is its turn: not if the client is gone, nor if too many of its address have been refused meanwhile.
bool RtmpGreeter::is_wanted() {
  if (state_ != State::asking) return false;
  if (home_.places.may_ask(place_.key())) return true;
  leave("too many of its address wait for a refusal");
  return false;
}

// The answer for a client that gets a stream comes when it has one, and the greeter is gone.
void RtmpGreeter::on_answer(const protocol::AskAnswer& answer) {
  if (state_ != State::asking) return;
  const int status = answer.status;
  if (status == 0 || status == kOk) {
    if (const auto left_out = home_.greeters.lines.admit(steady_clock::now()))
      home_.loop.log.warn(
          "RTMPT412: session {}: the client of RTMP {} is refused: httpd, which was asked about it, {}{}",
          session_name_.text(), terms_.shown_client,
          status == 0 ? "gave no answer" : "answered 200 and opened no session", policy::words_for_left_out(*left_out));
    return refuse(to_string(protocol::RefusalWords::unavailable), true);
  }
  const policy::LoginReply reply = policy::login_reply(answer, login_);
  if (reply != policy::LoginReply::none) return reply_to_login(reply, answer.realm);
  refuse(to_string(protocol::words_for_status(static_cast<std::uint16_t>(status))), status >= kLeastServerFault);
}

// With a realm httpd was not told of the client's answer: its challenge is none of ours, too old, or used.
void RtmpGreeter::reply_to_login(policy::LoginReply reply, std::string_view realm) {
  if (reply == policy::LoginReply::failed && !login_is_good_) log_bad_challenge();
  const std::string challenge =
      reply == policy::LoginReply::challenge ? home_.logins.new_challenge(subject_) : std::string();
  refuse(policy::words_for(reply, login_, realm, challenge), policy::is_step(reply));
}

// In the form that httpd's own line about a refused ask has: fail2ban reads it.
void RtmpGreeter::log_bad_challenge() {
  if (const auto left_out = home_.greeters.lines.admit(steady_clock::now()))
    home_.loop.log.info("RTMPT501: session {}: client {} answers a challenge that is none of its own, is over, or was "
                        "answered before{}",
                        session_name_.text(), terms_.shown_client, policy::words_for_left_out(*left_out));
}

void RtmpGreeter::refuse(std::string_view description, bool may_try_again_at_once) {
  state_ = State::refusing;
  description_ = description;
  home_.greeters.by_ticket.erase(ticket_);
  std::chrono::milliseconds delay{0};
  if (!may_try_again_at_once) {
    delay = home_.places.begin_refusal(place_.key(), steady_clock::now());
    delays_refusal_ = true;
  }
  if (delay.count() == 0) return send_refusal();
  set_time(delay);
}

void RtmpGreeter::send_refusal() {
  ErrorCode ignored;
  socket_.cancel(ignored);
  linger_and_close(home_.loop.io, home_.loop.descriptors, std::move(socket_),
                   protocol::connect_refusal(greeting_.connect().transaction_id, description_));
  close();
}

GreetedClient RtmpGreeter::take_client(const protocol::SessionTerms& terms) {
  ErrorCode ignored;
  socket_.cancel(ignored);
  std::string sent = greeting_.take_kept();
  const bool has_login = terms.adobe_login && login_;
  if (has_login) protocol::take_query_out_of_greeting(sent); // else it stays, and the StreamGate decides by it
  GreetedClient client{std::move(socket_),
                       is_tcp_ ? policy::Way::handed_over : policy::Way::pumped,
                       std::move(sent),
                       greeting_.connect().transaction_id,
                       session_name_,
                       terms_.tls_server_name,
                       has_login && login_is_good_ ? login_ : std::nullopt};
  close();
  return client;
}

// Nothing can be said to a client whose bytes are no RTMP.
void RtmpGreeter::leave(std::string_view why) {
  if (const auto left_out = home_.greeters.lines.admit(steady_clock::now()))
    home_.loop.log.info("RTMPT410: session {}: the connection of the client of RTMP {} is closed: {}{}",
                        session_name_.text(), terms_.shown_client, why, policy::words_for_left_out(*left_out));
  on_client_gone();
}

void RtmpGreeter::close() {
  if (std::exchange(state_, State::gone) == State::gone) return;
  ErrorCode ignored;
  socket_.close(ignored);
  home_.greeters.by_ticket.erase(ticket_);
  home_.loop.timer.leave(*this);
  // Posted, because the greeter may be on the stack.
  if (auto last = home_.greeters.owned.release(*this)) asio::post(home_.loop.io, [kept = std::move(last)] {});
}

void RtmpGreeter::on_deadline() {
  switch (state_) {
  case State::greeting: return leave("no connect came in time");
  case State::asking: return on_answer({});
  case State::refusing: return send_refusal();
  case State::gone: return;
  }
}

} // namespace rtmpt_proxy::gateway
