// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/ask.hpp"

#include "gateway/sockets/door_connect.hpp"

#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

namespace {

// Between two attempts. A child that httpd has just ended needs a moment.
constexpr std::chrono::milliseconds kPause{50};

} // namespace

Ask::Ask(asio::io_context& loop, std::string text, IsWanted is_wanted, Done done)
    : socket_(loop),
      pause_(loop),
      end_(loop),
      text_(std::move(text)),
      is_wanted_(std::move(is_wanted)),
      done_(std::move(done)),
      busy_pause_(kFirstBusyPause) {}

void Ask::start(std::shared_ptr<const local::Descriptor> door) {
  door_ = std::move(door);
  // Posted: many asks may wait for one that ends, and each would begin within the end of the one before.
  if (!door_) return asio::post(socket_.get_executor(), [self = shared_from_this()] { self->end({}); });
  end_.expires_after(kAnswerTime);
  end_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (!error) self->end({});
  });
  connect();
}

// While httpd's queue is full, that is no attempt: its threads have enough to do, and the clients of pages wait as
// well.
void Ask::connect() {
  written_bytes_ = 0;
  answer_ = {};
  const DoorConnected connected = connect_to_door(socket_, *door_);
  if (connected.is_too_busy)
    return connect_after(std::exchange(busy_pause_, std::min(2 * busy_pause_, kLongestBusyPause)));
  --attempts_left_;
  if (!connected.failure.empty()) return try_again();
  write();
}

void Ask::write() {
  ErrorCode error;
  while (!error && written_bytes_ < text_.size())
    written_bytes_ += socket_.write_some(asio::buffer(text_) + written_bytes_, error);
  if (error && error != asio::error::would_block) return try_again();
  if (!error) return read();
  socket_.async_wait(stream_protocol::socket::wait_write, [self = shared_from_this()](const ErrorCode& failed) {
    if (!failed) self->write();
  });
}

void Ask::read() {
  socket_.async_wait(stream_protocol::socket::wait_read, [self = shared_from_this()](const ErrorCode& failed) {
    if (failed) return;
    ErrorCode error;
    std::array<char, 1024> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): read_some() fills it
    const std::size_t count = self->socket_.read_some(asio::buffer(bytes), error);
    if (self->answer_.feed({bytes.data(), count})) return self->end(self->answer_.answer());
    if (error && error != asio::error::would_block) return self->try_again();
    self->read();
  });
}

void Ask::try_again() {
  if (attempts_left_ <= 0) return end({});
  connect_after(kPause);
}

void Ask::connect_after(std::chrono::milliseconds pause) {
  pause_.expires_after(pause);
  pause_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (error || !self->done_) return;
    self->is_wanted_() ? self->connect() : self->end({});
  });
}

void Ask::end(const protocol::AskAnswer& answer) {
  ErrorCode ignored;
  pause_.cancel();
  end_.cancel();
  socket_.close(ignored);
  if (const Done done = std::exchange(done_, nullptr)) done(answer);
}

} // namespace rtmpt_proxy::gateway
