#include "pumped_connection.hpp"

#include "message_ids.hpp"

#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

// How often one event may move a piece in one direction, so that one client does not hold up the others.
constexpr int kShare = 4;
// How long the client may take for what is left after the gateway has ended, as long as nothing of it leaves; and how
// long it may take to end its side once it has been told.
constexpr std::chrono::seconds kLingerTime{2};
// The worker that let go of the connection notes that in it a moment after it told us. It has had time enough then.
constexpr std::chrono::seconds kLeastLife{1};

bool would_block(int error) {
  return error == EAGAIN || error == EINTR;
}

} // namespace

PumpedConnection::PumpedConnection(conn_rec* c, FileDescriptor gateway)
    : client_(c),
      gateway_(std::move(gateway)),
      client_watch_(*this, PumpWatch::Side::client, client_.descriptor()),
      gateway_watch_(*this, PumpWatch::Side::gateway, gateway_.get()),
      let_go_at_(Clock::now() + kLeastLife) {}

void PumpedConnection::begin(int epoll, apr_thread_t* thread) {
  connection()->current_thread = thread;
  client_.take();
  if (client_watch_.start(epoll) && gateway_watch_.start(epoll)) return settle();
  ap_log_cerror(APLOG_MARK, APLOG_ERR, errno, connection(), "%s: connection of %s cannot be watched, and ends",
                ids::kPumpCannotWatch, connection()->client_ip);
  abandon();
}

void PumpedConnection::destroy_connection() {
  client_watch_.stop();
  gateway_watch_.stop();
  // The pool that the socket was accepted into is that of everything about the connection.
  apr_pool_destroy(apr_socket_pool_get(ap_get_conn_socket(connection())));
}

void PumpedConnection::on_events(PumpWatch::Side side, std::uint32_t events, Scratch scratch) {
  if (state_ == State::finished) return;
  if (state_ == State::lingering) return linger(scratch);
  if (side == PumpWatch::Side::client) {
    // Both directions are over, though nobody here has ended one: a reset.
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return abandon();
    if ((events & EPOLLOUT) != 0) write_on();
    if ((events & EPOLLIN) != 0) carry_to_gateway();
  } else {
    if ((events & EPOLLHUP) != 0 && client_.has_output()) {
      gateway_hung_up_ = true; // epoll would say so again and again
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
  if (state_ == State::finished || now < deadline_) return;
  if (state_ != State::lingering) return abandon();
  end();
}

void PumpedConnection::carry_to_gateway() {
  for (int turn = 0; turn < kShare; ++turn) {
    if (state_ != State::carrying || gateway_deaf_ || !write_to_gateway()) return;
    if (client_ended_) {
      if (!std::exchange(told_gateway_, true)) ::shutdown(gateway_.get(), SHUT_WR);
      return;
    }
    switch (client_.read(to_gateway_)) {
    case ClientFilters::Read::some: break;
    case ClientFilters::Read::nothing: return;
    case ClientFilters::Read::end: client_ended_ = true; break;
    case ClientFilters::Read::broken: return abandon();
    }
  }
  has_more_ = true;
}

// False when bytes are left.
bool PumpedConnection::write_to_gateway() {
  while (!to_gateway_.empty()) {
    const ssize_t sent = ::send(gateway_.get(), to_gateway_.data(), to_gateway_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && would_block(errno)) return false;
    if (sent < 0) {
      // Its end is at hand, and shows when reading.
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
    else if (size < scratch.size())
      return; // most likely that was all; epoll knows better
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
  state_ = State::finishing; // the goodbye is said when the socket has room for it
  deadline_ = Clock::now() + kLingerTime;
}

void PumpedConnection::say_goodbye() {
  client_.shut_down();
  if (client_ended_ || connection()->aborted) return end();
  state_ = State::lingering;
  deadline_ = Clock::now() + kLingerTime;
}

// Closing with bytes of the client unread would make a reset that can overtake the last reply.
void PumpedConnection::linger(Scratch scratch) {
  for (int turn = 0; turn < kShare; ++turn) {
    const ssize_t count = ::recv(client_.descriptor(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (count > 0) continue;
    if (count < 0 && would_block(errno)) return;
    return end();
  }
}

// The client is gone, or cannot be understood: the gateway hears of it by the end of its socket.
void PumpedConnection::abandon() {
  if (state_ == State::finished) return;
  client_.flush(); // perhaps it can still be told why
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
                connection()->client_ip);
}

// Lets epoll watch for what can go on.
void PumpedConnection::settle() {
  if (state_ == State::finished) return;
  const bool takes_input = state_ == State::lingering ||
                           (state_ == State::carrying && !client_ended_ && !gateway_deaf_ && to_gateway_.empty());
  const bool has_output = state_ == State::finishing || client_.has_output();
  client_watch_.want((takes_input ? EPOLLIN : 0u) | (has_output ? EPOLLOUT : 0u));
  gateway_watch_.want((client_.has_output() ? 0u : EPOLLIN) | (to_gateway_.empty() ? 0u : EPOLLOUT));
}

} // namespace rtmpt_proxy::apache
