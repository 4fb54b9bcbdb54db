// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/rtmp_backend.hpp"

#include "gateway/backends/backend_socket.hpp"
#include "gateway/sockets/low_water.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {
// The most reads in a row, enough to fill one reply, so that a backend that never pauses does not delay others.
constexpr int kMostReads = 4;
} // namespace

RtmpBackend::RtmpBackend(LoopServices& loop, BackendOwner& owner, tcp::socket socket)
    : loop_(loop), owner_(owner), socket_(std::move(socket)) {
  prepare_backend_socket(socket_);
}

std::size_t RtmpBackend::write(const Pieces& bytes) {
  if (write_failed_ || !socket_.is_open()) return 0;
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(bytes[0].data(), bytes[0].size()),
                                                  asio::buffer(bytes[1].data(), bytes[1].size())};
  ErrorCode error;
  const std::size_t written = socket_.write_some(buffers, error);
  if (error && error != asio::error::would_block) write_failed_ = true;
  return error ? 0 : written;
}

void RtmpBackend::follow(std::size_t room_bytes, std::size_t waiting_bytes) {
  room_bytes_ = room_bytes;
  // Nobody reads now, so only this notices that the connection is broken.
  if (write_failed_ && !awaits_readable_) {
    read(); // its last bytes, or the error
    return socket_.is_open() ? end() : void();
  }
  if (finishing_ && readable_) look();
  if (room_bytes_ > 0) await_readable();
  if (waiting_bytes > 0) return await_writable();
  if (finishing_ && !std::exchange(said_end_, true)) {
    ErrorCode ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
}

// Does not close at once: that could reset the connection and destroy bytes that the backend has not read yet.
void RtmpBackend::finish() {
  finishing_ = true;
}

void RtmpBackend::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

void RtmpBackend::await_readable() {
  if (awaits_readable_ || readable_ || !socket_.is_open()) return;
  awaits_readable_ = true;
  socket_.async_wait(tcp::socket::wait_read, [this, kept = owner_.keep()](const ErrorCode& error) {
    awaits_readable_ = false;
    if (error) return;
    readable_ = true;
    owner_.backend_readable();
    owner_.settled();
  });
}

std::size_t RtmpBackend::readable_bytes() const {
  ErrorCode ignored; // read() reports the error
  return readable_ ? socket_.available(ignored) : 0;
}

void RtmpBackend::read() {
  if (!readable_) return;
  // A backend that waits for acknowledgements (Nagle's algorithm; nginx-rtmp does) sends the rest as soon as the first
  // read has caused an acknowledgement. The second read finds that rest, for the same reply.
  for (int reads = 0; reads < kMostReads && room_bytes_ > 0 && socket_.is_open(); ++reads)
    if (!read_once() && reads > 0) break;
}

void RtmpBackend::gather(std::size_t bytes) {
  set_low_water(socket_.native_handle(), bytes);
}

void RtmpBackend::look() {
  readable_ = socket_.is_open();
  read();
  readable_ = false;
}

// Reads once. False when nothing more has come.
bool RtmpBackend::read_once() {
  auto& scratch = loop_.backend_scratch;
  const std::size_t most = std::min(scratch.size(), room_bytes_);
  ErrorCode error;
  const std::size_t count = socket_.read_some(asio::buffer(scratch.data(), most), error);
  room_bytes_ -= count;
  readable_ = count == most;
  beginning_.note(socket_.native_handle(), count);
  if (count > 0) owner_.backend_bytes({scratch.data(), count});
  if (error && error != asio::error::would_block) end();
  return readable_;
}

void RtmpBackend::await_writable() {
  if (writing_ || write_failed_ || !socket_.is_open()) return;
  writing_ = true;
  socket_.async_wait(tcp::socket::wait_write, [this, kept = owner_.keep()](const ErrorCode& error) {
    writing_ = false;
    if (!error) on_writable();
  });
}

void RtmpBackend::on_writable() {
  owner_.backend_writable();
  owner_.settled();
}

void RtmpBackend::end() {
  close();
  owner_.backend_closed({});
}

} // namespace rtmpt_proxy::gateway
