// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/rtmpt_backend.hpp"

#include "gateway/backends/backend_socket.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

RtmptBackend::RtmptBackend(LoopServices& loop, BackendOwner& owner, tcp::socket socket, RtmptTerms terms)
    : loop_(loop),
      owner_(owner),
      terms_(std::move(terms)),
      socket_(std::move(socket)),
      timer_(loop.io),
      conversation_(RtmptRequests(terms_.host, terms_.session_id), terms_.reply_timeout, steady_clock::now()) {
  if (socket_.is_open()) prepare_backend_socket(socket_);
}

std::size_t RtmptBackend::write(const Pieces& bytes) {
  if (!open_) return 0;
  const std::size_t taken = conversation_.send(bytes, steady_clock::now());
  if (taken > 0) flush();
  return taken;
}

void RtmptBackend::follow(std::size_t room_bytes, std::size_t waiting_bytes) {
  if (!open_) return;
  const auto now = steady_clock::now();
  if (room_bytes_ == 0 && room_bytes > 0) conversation_.resumed(now);
  room_bytes_ = room_bytes;
  if (conversation_.takes_bytes(waiting_bytes, now)) {
    owner_.backend_writable();
    return owner_.settled(); // follow() comes again
  }
  if (finishing_ && waiting_bytes == 0) conversation_.finish(now);
  if (conversation_.is_over(now)) return close();
  if (room_bytes_ > 0) conversation_.poll(now);
  flush();
  await_readable();
  arm_timer();
}

void RtmptBackend::close() {
  open_ = false;
  drop_connection();
  timer_.cancel();
  armed_for_ = TimePoint::max();
}

// Wraps a handler: keeps the stream alive, and does nothing when the handler's connection was dropped meanwhile.
template <class Handler>
auto RtmptBackend::for_this_connection(Handler handler) {
  return [this, handler, connection = connection_, kept = owner_.keep()](const ErrorCode& error) {
    if (connection == connection_) handler(error);
  };
}

void RtmptBackend::connect() {
  connecting_ = true;
  connect_deadline_ = steady_clock::now() + terms_.connect_timeout;
  ErrorCode ignored;
  socket_.open(terms_.endpoint.protocol(), ignored);
  socket_.async_connect(terms_.endpoint, for_this_connection([this](const ErrorCode& error) { on_connected(error); }));
}

void RtmptBackend::on_connected(const ErrorCode& error) {
  connecting_ = false;
  connect_deadline_ = TimePoint::max();
  if (error) return fail("it cannot be connected again: " + error.message());
  prepare_backend_socket(socket_);
  flush();
  owner_.settled();
}

// Writes the unwritten bytes of the requests under way, over a new connection if there is none.
void RtmptBackend::flush() {
  if (connecting_ || writing_ || !conversation_.has_requests()) return;
  if (!socket_.is_open()) return connect();
  for (;;) {
    std::array<asio::const_buffer, RtmptRequests::kMostUnderWay> buffers;
    const auto pieces = conversation_.unwritten();
    if (pieces[0].empty()) return;
    std::transform(pieces.begin(), pieces.end(), buffers.begin(),
                   [](std::string_view piece) { return asio::buffer(piece.data(), piece.size()); });
    ErrorCode error;
    const std::size_t count = socket_.write_some(buffers, error);
    if (error == asio::error::would_block) return await_writable();
    if (error) return; // the next read fails too and ends the connection
    conversation_.written(count, steady_clock::now());
  }
}

void RtmptBackend::await_writable() {
  writing_ = true;
  socket_.async_wait(tcp::socket::wait_write, for_this_connection([this](const ErrorCode&) {
                       writing_ = false;
                       flush();
                       owner_.settled();
                     }));
}

void RtmptBackend::await_readable() {
  if (reading_ || room_bytes_ == 0 || connecting_ || !socket_.is_open()) return;
  reading_ = true;
  socket_.async_wait(tcp::socket::wait_read, for_this_connection([this](const ErrorCode&) {
                       reading_ = false;
                       on_readable();
                     }));
}

void RtmptBackend::on_readable() {
  auto& scratch = loop_.backend_scratch;
  // Reads no more than there is room for, because the owner must take all that is read.
  const std::size_t most = std::min(scratch.size() - unread_.size(), room_bytes_);
  if (most == 0) return owner_.settled();
  std::memcpy(scratch.data(), unread_.data(), unread_.size());
  ErrorCode error;
  const std::size_t count = socket_.read_some(asio::buffer(scratch.data() + unread_.size(), most), error);
  if (error == asio::error::would_block) return owner_.settled();
  if (error) return on_connection_ended(error == asio::error::eof ? ConnectionEnd::orderly : ConnectionEnd::broken);
  const std::string_view bytes(scratch.data(), unread_.size() + count);
  if (take_reply(bytes)) owner_.settled();
}

// Handles bytes of replies. False when the connection that they came on is gone.
bool RtmptBackend::take_reply(std::string_view bytes) {
  for (;;) {
    if (!bytes.empty() && !conversation_.has_requests()) {
      fail("it sent bytes beyond its reply");
      return false;
    }
    std::size_t consumed = 0;
    const ReplyProgress progress = reader_.feed(bytes, consumed);
    bytes.remove_prefix(consumed);
    if (reader_.in_reply() && !conversation_.in_reply()) conversation_.reply_begins(steady_clock::now());
    if (progress == ReplyProgress::need_more) break;
    if (progress == ReplyProgress::complete ? !on_reply_complete(!bytes.empty()) : !take_progress(progress))
      return false;
  }
  unread_.assign(bytes);
  return true;
}

bool RtmptBackend::take_progress(ReplyProgress progress) {
  if (progress == ReplyProgress::bad) {
    std::string reason("its reply ");
    reason += to_string(reader_.error());
    if (reader_.error() == ReplyError::wrong_status) reason += ' ' + std::to_string(reader_.head().status);
    fail(reason);
    return false;
  }
  if (progress == ReplyProgress::data) {
    const std::string_view bytes = conversation_.reply_piece(reader_.piece(), steady_clock::now());
    if (!bytes.empty()) owner_.backend_bytes(bytes);
  }
  return true;
}

bool RtmptBackend::on_reply_complete(bool more_bytes) {
  const bool last_of_connection = !reader_.head().keep_alive;
  if (more_bytes && last_of_connection) {
    fail("it sent bytes beyond its reply");
    return false;
  }
  const auto now = steady_clock::now();
  conversation_.reply_complete(now);
  owner_.backend_pauses();
  if (conversation_.is_over(now)) {
    close();
    owner_.settled();
    return false;
  }
  if (last_of_connection) on_connection_ended(ConnectionEnd::announced);
  return !last_of_connection;
}

void RtmptBackend::on_connection_ended(ConnectionEnd how) {
  const std::string_view reason = conversation_.connection_ended(how, unacknowledged_bytes());
  if (!reason.empty()) return fail(reason);
  drop_connection();
  owner_.settled(); // a new one when there is something to say
}

void RtmptBackend::drop_connection() {
  ErrorCode ignored;
  socket_.close(ignored);
  ++connection_;
  connecting_ = reading_ = writing_ = false;
  connect_deadline_ = TimePoint::max();
  reader_ = HttpReplyReader();
  unread_.clear();
}

// How many written bytes the backend's machine has not acknowledged. After an end of file the backend cannot have read
// them, because it closed before they arrived.
std::size_t RtmptBackend::unacknowledged_bytes() {
  int count = 0;
  return ::ioctl(socket_.native_handle(), SIOCOUTQ, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

void RtmptBackend::arm_timer() {
  const TimePoint due = std::min(connect_deadline_, conversation_.next_deadline(room_bytes_ > 0 && !connecting_));
  // A timer that fires too early costs less than moving it with every request.
  if (due == TimePoint::max() || armed_for_ <= due) return;
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([this, kept = owner_.keep()](const ErrorCode& error) {
    if (error) return;
    armed_for_ = TimePoint::max();
    on_timer();
  });
}

void RtmptBackend::on_timer() {
  if (!open_) return;
  const auto now = steady_clock::now();
  if (connecting_ && now >= connect_deadline_) return fail("it cannot be connected again: no answer in time");
  const std::string_view reason = connecting_ ? std::string_view() : conversation_.overdue(room_bytes_ > 0, now);
  if (!reason.empty()) return fail(reason);
  owner_.settled(); // asks for what is due
}

void RtmptBackend::fail(std::string_view reason) {
  close();
  owner_.backend_closed(reason);
}

} // namespace rtmpt_proxy::gateway
