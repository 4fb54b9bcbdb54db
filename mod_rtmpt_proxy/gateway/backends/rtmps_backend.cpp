// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/rtmps_backend.hpp"

#include "gateway/backends/backend_socket.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {
// As for a backend without TLS: the most reads in a row, so that a backend that never pauses does not delay others.
constexpr int kMostTlsReads = 4;

bool waits(TlsStep step) {
  return step == TlsStep::wants_read || step == TlsStep::wants_write;
}
} // namespace

RtmpsBackend::RtmpsBackend(LoopServices& loop, BackendOwner& owner, tcp::socket socket, std::unique_ptr<TlsLine> tls)
    : loop_(loop), owner_(owner), socket_(std::move(socket)), tls_(std::move(tls)), holds_bytes_(tls_->holds_bytes()) {
  prepare_backend_socket(socket_);
}

std::size_t RtmpsBackend::write(const Pieces& bytes) {
  const std::size_t first = write_piece(bytes[0]);
  return first < bytes[0].size() ? first : first + write_piece(bytes[1]);
}

// Bytes that TLS has begun to send count as written: nobody can take them back, and TLS must get them again.
std::size_t RtmpsBackend::write_piece(std::string_view piece) {
  std::size_t written = 0;
  while (written < piece.size() && unsent_.empty() && !write_failed_ && socket_.is_open()) {
    const std::string_view record = piece.substr(written, kTlsRecordBytes);
    const TlsMoved moved = tls_->write(record);
    if (waits(moved.step)) unsent_ = record;
    if (moved.step == TlsStep::ended || moved.step == TlsStep::failed) write_failed_ = true;
    written += moved.bytes + unsent_.size();
  }
  return written;
}

void RtmpsBackend::flush() {
  while (!unsent_.empty()) {
    const TlsMoved moved = tls_->write(unsent_);
    if (waits(moved.step)) return;
    if (moved.step != TlsStep::done) {
      write_failed_ = true;
      return;
    }
    unsent_.erase(0, moved.bytes);
  }
  unsent_.shrink_to_fit(); // most connections never need it again
}

void RtmpsBackend::follow(std::size_t room_bytes, std::size_t waiting_bytes) {
  room_bytes_ = room_bytes;
  // Nobody reads now, so only this notices that the connection is broken.
  if (write_failed_ && !awaits_readable_) {
    read(); // its last bytes, or the error
    return socket_.is_open() ? end() : void();
  }
  if (finishing_) look();
  if (room_bytes_ > 0) await_readable();
  if (waiting_bytes > 0 || !unsent_.empty() || read_wants_write_) return await_writable();
  if (finishing_ && !said_end_ && socket_.is_open()) say_end();
}

// Does not close at once: that could reset the connection and destroy bytes that the backend has not read yet.
void RtmpsBackend::finish() {
  finishing_ = true;
}

void RtmpsBackend::say_end() {
  if (!write_failed_ && waits(tls_->say_end())) return await_writable();
  said_end_ = true;
  ErrorCode ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void RtmpsBackend::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

void RtmpsBackend::await_readable() {
  if (awaits_readable_ || readable_ || !socket_.is_open()) return;
  awaits_readable_ = true;
  if (std::exchange(holds_bytes_, false))
    return asio::post(loop_.io, [this, kept = owner_.keep()] {
      awaits_readable_ = false;
      if (socket_.is_open()) become_readable();
    });
  socket_.async_wait(tcp::socket::wait_read, [this, kept = owner_.keep()](const ErrorCode& error) {
    awaits_readable_ = false;
    if (!error) become_readable();
  });
}

// What has come may be TLS's own; then read() delivers nothing.
void RtmpsBackend::become_readable() {
  readable_ = true;
  owner_.backend_readable();
  owner_.settled();
}

std::size_t RtmpsBackend::readable_bytes() const {
  ErrorCode ignored; // read() reports the error
  return readable_ ? socket_.available(ignored) + tls_->readable_bytes() : 0;
}

void RtmpsBackend::read() {
  if (!readable_) return;
  // The second read finds what the first one's acknowledgement has released: see RtmpBackend::read().
  for (int reads = 0; reads < kMostTlsReads && room_bytes_ > 0 && socket_.is_open(); ++reads)
    if (!read_once() && reads > 0) break;
}

void RtmpsBackend::look() {
  readable_ = socket_.is_open();
  read();
  holds_bytes_ = std::exchange(readable_, false);
}

// Fills the scratch memory from as many records as there are. False when nothing more has come.
bool RtmpsBackend::read_once() {
  auto& scratch = loop_.backend_scratch;
  const std::size_t most = std::min(scratch.size(), room_bytes_);
  std::size_t count = 0;
  TlsStep step = TlsStep::done;
  while (count < most && step == TlsStep::done) {
    const TlsMoved moved = tls_->read(scratch.data() + count, most - count);
    step = moved.step;
    count += moved.bytes;
  }
  room_bytes_ -= count;
  readable_ = step == TlsStep::done;
  beginning_.note(socket_.native_handle(), count);
  read_wants_write_ = step == TlsStep::wants_write;
  if (count > 0) owner_.backend_bytes({scratch.data(), count});
  if (step == TlsStep::ended || step == TlsStep::failed) end();
  return readable_;
}

void RtmpsBackend::await_writable() {
  if (writing_ || write_failed_ || !socket_.is_open()) return;
  writing_ = true;
  socket_.async_wait(tcp::socket::wait_write, [this, kept = owner_.keep()](const ErrorCode& error) {
    writing_ = false;
    if (!error && socket_.is_open()) on_writable();
  });
}

void RtmpsBackend::on_writable() {
  flush();
  if (std::exchange(read_wants_write_, false)) {
    readable_ = true;
    owner_.backend_readable();
  }
  if (unsent_.empty()) owner_.backend_writable();
  owner_.settled();
}

void RtmpsBackend::end() {
  close();
  owner_.backend_closed(tls_->failure());
}

} // namespace rtmpt_proxy::gateway
