// SPDX-License-Identifier: Apache-2.0
#include "module/splice/pumped_connection.hpp"

#include "module/core/message_ids.hpp"

#include <atomic>
#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

// How many pieces one event may move in one direction, so that one client does not delay the others.
constexpr int kShare = 4;
// After the gateway's end: how long the client may take none of the remaining bytes, and then how long it may take to
// close its side.
constexpr std::chrono::seconds kLingerTime{2};
// The worker thread that suspends the connection still writes two notes into it after it has called us. The first says
// that the connection is no worker's any more. This long after it the second one is written too. The longer time is for
// an httpd that writes no such note.
constexpr std::chrono::milliseconds kLeastLife{100};
constexpr std::chrono::seconds kLongestWait{2};
// How much is read from a client while the gateway has not taken the bytes before.
constexpr std::size_t kPieceBytes = 16384;
// How long the head of a request waits for its body: longer than TCP may delay an acknowledgement.
constexpr std::chrono::milliseconds kRestWithin{60};
// After a reply: when to check whether the client has sent something smaller than the expected poll.
constexpr std::chrono::milliseconds kPollWithin{250};

bool would_block(int error) {
  return error == EAGAIN || error == EINTR;
}

} // namespace

PumpedConnection::PumpedConnection(conn_rec* c, local::Descriptor gateway, std::string client, PumpedBytes bytes)
    : client_(c),
      client_name_(std::move(client)),
      gateway_(std::move(gateway)),
      client_watch_(*this, PumpWatch::Side::client, client_.descriptor()),
      gateway_watch_(*this, PumpWatch::Side::gateway, gateway_.get()),
      bytes_(bytes) {}

void PumpedConnection::begin(int epoll, apr_thread_t* thread) {
  connection()->current_thread = thread;
  let_go_at_ = Clock::now() + kLeastLife; // only now: a log that blocks may come between the constructor and this call
  client_.take();
  if (bytes_ == PumpedBytes::stream) client_.keep_unsent_short();
  if (client_watch_.start(epoll) && gateway_watch_.start(epoll)) return settle();
  const int error = errno;
  // Of a descriptor that is closed nobody can repair anything: httpd stops.
  ap_log_cerror(APLOG_MARK, error == EBADF ? APLOG_DEBUG : APLOG_ERR, error, connection(),
                "%s: connection of %s cannot be watched, and ends", ids::kPumpCannotWatch, client_name_.c_str());
  abandon();
}

void PumpedConnection::destroy_connection() {
  client_watch_.stop();
  gateway_watch_.stop();
  // Everything about the connection is in the pool that its socket was accepted into.
  apr_pool_destroy(apr_socket_pool_get(ap_get_conn_socket(connection())));
}

bool PumpedConnection::may_be_destroyed(Deadline now) const {
  if (state_ != State::finished || now < let_go_at_) return false;
  return !std::atomic_ref(connection()->sbh).load() || now >= let_go_at_ + kLongestWait;
}

void PumpedConnection::on_events(PumpWatch::Side side, std::uint32_t events, Scratch scratch) {
  if (state_ == State::finished) return;
  if (state_ == State::lingering) return linger(scratch);
  if (side == PumpWatch::Side::client) {
    // Both directions are closed, but not by this side: a reset.
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return abandon();
    if ((events & EPOLLOUT) != 0) write_on();
    if ((events & EPOLLIN) != 0) {
      client_.socket().note_readable();
      carry_to_gateway();
    }
  } else {
    if ((events & EPOLLHUP) != 0 && client_.has_output()) {
      gateway_hung_up_ = true; // otherwise epoll would report it again and again
      gateway_watch_.stop();
      deadline_ = Clock::now() + kLingerTime;
    }
    if ((events & EPOLLOUT) != 0) carry_to_gateway();
    if ((events & ~EPOLLOUT) != 0) carry_to_client(scratch);
  }
  settle();
}

void PumpedConnection::go_on(Scratch scratch) {
  has_more_ = false;
  if (state_ == State::lingering) return linger(scratch);
  carry_to_gateway();
  carry_to_client(scratch);
  settle();
}

void PumpedConnection::on_time(Deadline now) {
  if (now < deadline_) return;
  if (state_ == State::finished) {
    deadline_ = now + kLeastLife; // then check again
    return;
  }
  if (state_ == State::lingering) return end();
  if (state_ == State::finishing || gateway_hung_up_) return abandon();
  deadline_ = Deadline::max();
  if (std::exchange(holds_head_, false))
    write_to_gateway(); // the rest has not come
  else
    client_.socket().set_least_bytes(1); // no poll has come either; epoll reports anything else
  settle();
}

void PumpedConnection::carry_to_gateway() {
  if (state_ != State::carrying || gateway_deaf_) return;
  const bool there_is_more = read_client();
  if (state_ != State::carrying) return;
  if (!to_gateway_.empty() && bytes_ == PumpedBytes::requests) expect_more();
  if (!holds_head_ && !write_to_gateway()) return;
  has_more_ = has_more_ || there_is_more;
  if (client_ended_ && !std::exchange(told_gateway_, true)) ::shutdown(gateway_.get(), SHUT_WR);
}

// Reads until nothing is there, the kept piece is full, or this connection's share of the event is used up. True in the
// last case: more may wait in httpd's filters.
bool PumpedConnection::read_client() {
  for (int turn = 0; turn < kShare; ++turn) {
    if (client_ended_) return false;
    if (to_gateway_.size() >= kPieceBytes) return true;
    switch (client_.read(to_gateway_)) {
    case ClientFilters::Read::some: break;
    case ClientFilters::Read::nothing: return false;
    case ClientFilters::Read::end: client_ended_ = true; return false;
    case ClientFilters::Read::broken: abandon(); return false;
    }
  }
  return true;
}

// ffmpeg sends the head of a request and about 40 ms later its body. The gateway can do nothing with a head alone, so
// the head is kept until the body comes. When this thread knows the client's polls, it is not woken for the head
// either.
void PumpedConnection::expect_more() {
  const bool held_head = std::exchange(holds_head_, false);
  const std::size_t least_bytes = polls_.next_look_bytes(to_gateway_, client_.socket().take_count());
  client_.socket().set_least_bytes(client_ended_ ? 1 : least_bytes);
  if (gateway_hung_up_) return;
  if (client_ended_ || !protocol::is_head_alone(to_gateway_)) {
    deadline_ = Deadline::max();
    return;
  }
  const Deadline now = Clock::now();
  if (!held_head) deadline_ = now + kRestWithin;
  holds_head_ = now < deadline_;
}

// Writes what was read to the gateway. False when bytes are left.
bool PumpedConnection::write_to_gateway() {
  while (!to_gateway_.empty()) {
    const ssize_t sent = ::send(gateway_.get(), to_gateway_.data(), to_gateway_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && would_block(errno)) return false;
    if (sent < 0) {
      // The gateway's end is near; the next read shows it.
      gateway_deaf_ = true;
      to_gateway_.clear();
      return false;
    }
    to_gateway_.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

void PumpedConnection::carry_to_client(Scratch scratch) {
  for (int turn = 0; turn < kShare; ++turn) {
    if (state_ != State::carrying || client_.has_output()) return;
    const ssize_t count = ::recv(gateway_.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (count < 0 && would_block(errno)) return;
    if (count <= 0) return finish(); // a gateway that crashed is no different
    const auto size = static_cast<std::size_t>(count);
    if (!client_.write({scratch.data(), size})) return abandon();
    if (gateway_hung_up_)
      deadline_ = Clock::now() + kLingerTime;
    else if (client_.socket().awaits_many())
      deadline_ = Clock::now() + kPollWithin;
    if (!gateway_hung_up_ && size < scratch.size()) return; // most likely that was all; epoll reports more
  }
  has_more_ = has_more_ || gateway_hung_up_; // which epoll does not watch any more
}

void PumpedConnection::write_on() {
  if (!client_.flush()) return abandon();
  if (client_.has_output()) return;
  if (state_ == State::finishing) return say_goodbye();
  has_more_ = has_more_ || gateway_hung_up_;
}

void PumpedConnection::finish() {
  gateway_watch_.stop();
  gateway_.reset();
  to_gateway_.clear();
  state_ = State::finishing; // TLS is closed when the socket has room for that
  deadline_ = Clock::now() + kLingerTime;
}

void PumpedConnection::say_goodbye() {
  client_.shut_down();
  if (client_ended_ || connection()->aborted) return end();
  state_ = State::lingering;
  deadline_ = Clock::now() + kLingerTime;
}

// Waits for the client to close first. A close with unread bytes of the client makes a TCP reset, which can destroy the
// last reply on its way.
void PumpedConnection::linger(Scratch scratch) {
  for (int turn = 0; turn < kShare; ++turn) {
    const ssize_t count = ::recv(client_.descriptor(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (count > 0) continue;
    if (count < 0 && would_block(errno)) return;
    return end();
  }
}

void PumpedConnection::abandon() {
  if (state_ == State::finished) return;
  client_.flush(); // perhaps the client can still be told why
  ap_prep_lingering_close(connection());
  end();
}

void PumpedConnection::end() {
  client_watch_.stop();
  gateway_watch_.stop();
  gateway_.reset();
  state_ = State::finished;
  deadline_ = let_go_at_;
  ap_log_cerror(APLOG_MARK, APLOG_TRACE1, 0, connection(), "%s: connection of %s pumped to its end", ids::kPumpEnded,
                client_name_.c_str());
}

// Sets the events that epoll watches, by what can go on now.
void PumpedConnection::settle() {
  if (state_ == State::finished) return;
  const bool owes_gateway = !to_gateway_.empty() && !holds_head_;
  const bool takes_input = state_ == State::carrying && !client_ended_ && !gateway_deaf_ && !owes_gateway;
  const bool has_output = state_ == State::finishing || client_.has_output();
  client_watch_.want((takes_input || state_ == State::lingering ? EPOLLIN : 0u) | (has_output ? EPOLLOUT : 0u));
  gateway_watch_.want((client_.has_output() ? 0u : EPOLLIN) | (owes_gateway ? EPOLLOUT : 0u));
}

} // namespace rtmpt_proxy::apache
