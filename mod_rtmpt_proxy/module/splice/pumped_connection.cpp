#include "module/splice/pumped_connection.hpp"

#include "module/core/message_ids.hpp"

#include <atomic>
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
// The worker that let go of the connection makes two notes in it after it has told us: first that the connection is no
// worker's any more. So much later it has made the second one too. The longer time is for an httpd that makes none.
constexpr std::chrono::milliseconds kLeastLife{100};
constexpr std::chrono::seconds kLongestWait{2};
// How much more is read from a client before the gateway has taken what there is.
constexpr std::size_t kPieceBytes = 16384;
// How long a request's head waits for its body: beyond what TCP may delay an acknowledgement.
constexpr std::chrono::milliseconds kRestWithin{60};
// After a reply: when to look whether the client sent something smaller than the poll that is expected.
constexpr std::chrono::milliseconds kPollWithin{250};

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

bool PumpedConnection::may_be_destroyed(Deadline now) const {
  if (state_ != State::finished || now < let_go_at_) return false;
  return !std::atomic_ref(connection()->sbh).load() || now >= let_go_at_ + kLongestWait;
}

void PumpedConnection::on_events(PumpWatch::Side side, std::uint32_t events, Scratch scratch) {
  if (state_ == State::finished) return;
  if (state_ == State::lingering) return linger(scratch);
  if (side == PumpWatch::Side::client) {
    // Both directions are over, though nobody here has ended one: a reset.
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return abandon();
    if ((events & EPOLLOUT) != 0) write_on();
    if ((events & EPOLLIN) != 0) {
      client_.socket().note_readable();
      carry_to_gateway();
    }
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
  if (now < deadline_) return;
  if (state_ == State::finished) {
    deadline_ = now + kLeastLife; // to look again
    return;
  }
  if (state_ == State::lingering) return end();
  if (state_ == State::finishing || gateway_hung_up_) return abandon();
  deadline_ = Deadline::max();
  if (std::exchange(holds_head_, false))
    write_to_gateway(); // the rest has not come
  else
    client_.socket().set_least_bytes(1); // nor has a poll; epoll tells of anything else
  settle();
}

void PumpedConnection::carry_to_gateway() {
  if (state_ != State::carrying || gateway_deaf_) return;
  const bool there_is_more = read_client();
  if (state_ != State::carrying) return;
  if (!to_gateway_.empty()) expect_more();
  if (!holds_head_ && !write_to_gateway()) return;
  has_more_ = has_more_ || there_is_more;
  if (client_ended_ && !std::exchange(told_gateway_, true)) ::shutdown(gateway_.get(), SHUT_WR);
}

// Reads what there is, or as much as may be kept, or its share of it: then true, for more may wait in httpd's filters.
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

// ffmpeg sends the head of a request and then its body, some 40 ms later. The gateway can do nothing with a head alone,
// and is spared the look at it; so is this thread, as soon as it knows the client's polls.
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
    else if (client_.socket().awaits_many())
      deadline_ = Clock::now() + kPollWithin;
    if (!gateway_hung_up_ && size < scratch.size()) return; // most likely that was all; epoll knows better
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
  const bool owes_gateway = !to_gateway_.empty() && !holds_head_;
  const bool takes_input = state_ == State::carrying && !client_ended_ && !gateway_deaf_ && !owes_gateway;
  const bool has_output = state_ == State::finishing || client_.has_output();
  client_watch_.want((takes_input || state_ == State::lingering ? EPOLLIN : 0u) | (has_output ? EPOLLOUT : 0u));
  gateway_watch_.want((client_.has_output() ? 0u : EPOLLIN) | (owes_gateway ? EPOLLOUT : 0u));
}

} // namespace rtmpt_proxy::apache
