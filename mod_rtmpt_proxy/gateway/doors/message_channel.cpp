// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/message_channel.hpp"

#include "gateway/doors/seclusion.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/loops/status_office.hpp"

#include <rtmpt_proxy/version.hpp>

#include <boost/asio/buffer.hpp>

#include <utility>

#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {
// A larger output buffer is freed as soon as its message is written.
constexpr std::size_t kKeptOutputBytes = 64u << 10;
} // namespace

MessageChannel::MessageChannel(Loop& loop, local::Descriptor socket, Allowance allowance)
    : loop_(loop),
      allowance_(allowance),
      descriptor_(loop.descriptors()),
      socket_(loop.io()),
      reader_(allowance.payload_bytes) {
  // The descriptor is what another process has sent: it may be nothing that can be waited for.
  socket_.assign(socket.get(), socket_error_);
  if (!socket_error_) socket.release();
}

MessageChannel::~MessageChannel() = default;

void MessageChannel::start() {
  if (socket_error_) return on_broken("its descriptor cannot be used: " + socket_error_.message());
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  say(protocol::Hello{protocol::kGatewayProtocolVersion, std::string(project_version()),
                      static_cast<std::uint32_t>(::getpid()), loop_.gateway().count(), loop_.gateway().tag(),
                      is_secluded()});
  await_readable();
}

void MessageChannel::await_readable() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    if (!error) self->on_readable();
  });
}

void MessageChannel::on_readable() {
  auto& scratch = loop_.services().scratch;
  const local::Received received = local::receive_with_descriptors(socket_.native_handle(), scratch, descriptors_);
  switch (received.status) {
  case local::ReceiveStatus::would_block: return await_readable();
  case local::ReceiveStatus::end:
  case local::ReceiveStatus::failed: return close();
  case local::ReceiveStatus::received: break;
  }
  if (!allowance_.descriptors) descriptors_.clear();
  if (received.descriptors_lost) descriptors_lost_ = true;
  reader_.feed({scratch.data(), received.bytes});
  take_messages();
}

void MessageChannel::resume() {
  if (!std::exchange(paused_, false) || !socket_.is_open()) return;
  take_messages();
}

void MessageChannel::take_messages() {
  while (!paused_) {
    protocol::GatewayMessage message;
    const protocol::FrameError error = reader_.next(message);
    if (error == protocol::FrameError::need_more) break;
    if (error != protocol::FrameError::none) return fail(to_string(error));
    if (!take(message)) return fail("message out of place");
    if (!socket_.is_open()) return;
  }
  if (paused_)
    await_end();
  else
    await_readable();
}

// While nothing is read, this keeps the channel alive and notices when the other side closes its end.
void MessageChannel::await_end() {
  if (std::exchange(awaiting_end_, true)) return;
  socket_.async_wait(asio::posix::stream_descriptor::wait_error, [self = shared_from_this()](const ErrorCode& error) {
    self->awaiting_end_ = false;
    if (!error && self->paused_ && self->socket_.is_open()) self->close();
  });
}

void MessageChannel::say(const protocol::GatewayMessage& message) {
  output_ += protocol::encode(message);
  if (!writing_) say_more();
}

void MessageChannel::tell_status(protocol::AskStatus question) {
  awaits_piece_ = true;
  // Weak, because the office's thread must not destroy a channel: it belongs to this loop.
  const auto tell_here = [weak = weak_from_this()](const protocol::StatusPiece* piece) {
    if (const auto self = weak.lock(); self && self->is_open()) self->tell(piece);
  };
  reading_ = loop_.gateway().status_office().ask(loop_, std::move(question), tell_here);
}

void MessageChannel::tell(const protocol::StatusPiece* piece) {
  if (!piece) {
    if (const auto left_out = loop_.services().state_lines.admit(std::chrono::steady_clock::now()))
      loop_.log().warn("RTMPT371: the state is not told to its end: who reads it is too slow, and others ask for it{}",
                       policy::words_for_left_out(*left_out));
    return close();
  }
  awaits_piece_ = false;
  if (piece->last) reading_.reset();
  say(*piece);
}

void MessageChannel::on_all_said() {
  output_.clear();
  written_bytes_ = 0;
  if (output_.capacity() > kKeptOutputBytes) output_.shrink_to_fit();
  if (!reading_ || awaits_piece_) return;
  awaits_piece_ = true;
  reading_->next();
}

void MessageChannel::await_writable() {
  if (written_bytes_ == output_.size()) return on_all_said();
  if (writing_) return;
  writing_ = true;
  socket_.async_wait(asio::posix::stream_descriptor::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    self->writing_ = false;
    if (!error) self->say_more();
  });
}

void MessageChannel::say_more() {
  ErrorCode error;
  const std::size_t count =
      socket_.write_some(asio::buffer(output_.data() + written_bytes_, output_.size() - written_bytes_), error);
  if (error && error != asio::error::would_block) return; // the next read fails too and closes the channel
  if (!error) written_bytes_ += count;
  await_writable();
}

void MessageChannel::fail(std::string_view why) {
  on_broken(why);
  close();
}

void MessageChannel::close() {
  ErrorCode ignored;
  socket_.close(ignored);
  reading_.reset();
  on_close();
}

} // namespace rtmpt_proxy::gateway
