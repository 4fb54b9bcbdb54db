// SPDX-License-Identifier: Apache-2.0
#include "gateway/sockets/client_socket.hpp"

#include "gateway/sockets/low_water.hpp"
#include "gateway/tls/tls_scratch.hpp"

#include <optional>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using asio::generic::stream_protocol;

namespace {

// The protocol by which Asio takes this descriptor. Unset when it is no stream connection.
std::optional<stream_protocol> protocol_of(int descriptor) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return std::nullopt;
  sockaddr_storage address{};
  size = sizeof address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  const int family = address.ss_family;
  if (family == AF_UNIX) return stream_protocol(family, 0);
  if (family == AF_INET || family == AF_INET6) return stream_protocol(family, IPPROTO_TCP);
  return std::nullopt;
}

} // namespace

std::string ClientSocket::take(DetachedClient client) {
  const std::optional<stream_protocol> protocol = protocol_of(client.descriptor.get());
  if (!protocol) return "it is no stream connection";
  ErrorCode error;
  socket_.assign(*protocol, client.descriptor.get(), error);
  if (error) return error.message();
  client.descriptor.release();
  socket_.non_blocking(true, error);
  if (error) {
    std::string words = error.message();
    close(error);
    return words;
  }
  is_tcp_ = protocol->family() != AF_UNIX;
  const int on = 1;
  if (is_tcp_) ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (client.tls) use_tls(std::move(client.tls));
  return {};
}

DetachedClient ClientSocket::detach() {
  DetachedClient client;
  if (side_) set_low_water(1);
  ErrorCode error;
  client.descriptor = local::Descriptor(socket_.is_open() ? socket_.release(error) : -1);
  if (side_ && client.descriptor) client.tls = std::move(side_->end);
  side_.reset();
  return client;
}

void ClientSocket::use_tls(std::unique_ptr<TlsServerEnd> end) {
  end->attach(socket_.native_handle(), asio::use_service<TlsScratch>(*loop_));
  side_ = std::make_unique<TlsSide>();
  side_->end = std::move(end);
}

void ClientSocket::begin_tls(TlsServerContext context, std::string_view read_already, TlsTicketMaker tickets) {
  use_tls(std::make_unique<TlsServerEnd>(std::move(context), read_already, std::move(tickets)));
}

TlsStep ClientSocket::handshake() {
  return side_ && socket_.is_open() ? side_->end->handshake() : TlsStep::failed;
}

const std::string& ClientSocket::tls_failure() const {
  static const std::string none;
  return side_ ? side_->end->failure() : none;
}

ClientSocket::ErrorCode ClientSocket::tls_error() const {
  const int number = side_->end->system_error();
  return number != 0 ? ErrorCode(number, asio::error::get_system_category()) : asio::error::connection_reset;
}

std::size_t ClientSocket::read_tls(asio::mutable_buffer bytes, ErrorCode& error) {
  error = {};
  if (!socket_.is_open()) {
    error = asio::error::bad_descriptor;
    return 0;
  }
  if (bytes.size() == 0) return 0;
  const TlsMoved moved = side_->end->read(static_cast<char*>(bytes.data()), bytes.size());
  switch (moved.step) {
  case TlsStep::done: break;
  case TlsStep::wants_read:
  case TlsStep::wants_write: error = asio::error::would_block; break;
  case TlsStep::ended: error = asio::error::eof; break;
  case TlsStep::failed: error = tls_error(); break;
  }
  return moved.bytes;
}

std::size_t ClientSocket::write_tls(std::span<const std::string_view> pieces, ErrorCode& error) {
  error = {};
  if (!socket_.is_open()) {
    error = asio::error::bad_descriptor;
    return 0;
  }
  const TlsMoved moved = side_->end->write(pieces);
  if (moved.step == TlsStep::wants_write)
    error = asio::error::would_block;
  else if (moved.step != TlsStep::done)
    error = tls_error();
  return moved.bytes;
}

void ClientSocket::forget_rest() {
  if (side_) side_->end->forget_rest();
}

bool ClientSocket::has_unsent() const {
  return side_ && side_->end->has_unsent();
}

void ClientSocket::set_low_water(std::size_t bytes) {
  if (!side_) return gateway::set_low_water(socket_.native_handle(), bytes);
  side_->low_water_bytes = bytes;
  if (bytes == 1) set_kernels_low_water(1);
}

// Only what the kernel has yet to bring counts, and a part of a record is of no use.
void ClientSocket::prepare_to_wait() {
  if (side_->low_water_bytes > 1) set_kernels_low_water(side_->end->low_water_bytes(side_->low_water_bytes));
}

void ClientSocket::set_kernels_low_water(std::size_t bytes) {
  if (std::exchange(side_->kernels_low_water, bytes) != bytes) gateway::set_low_water(socket_.native_handle(), bytes);
}

void ClientSocket::cancel(ErrorCode& error) {
  if (side_) side_->waits.cancel();
  socket_.cancel(error);
}

void ClientSocket::shutdown_send(ErrorCode& error) {
  if (side_ && socket_.is_open()) side_->end->say_end();
  if (has_unsent())
    error = asio::error::would_block;
  else
    socket_.shutdown(Socket::shutdown_send, error);
}

void ClientSocket::close(ErrorCode& error) {
  if (side_ && socket_.is_open()) side_->end->say_end();
  if (side_) side_->waits.cancel();
  socket_.close(error);
}

void keep_alive(ClientSocket& socket) {
  constexpr int kOn = 1;
  constexpr int kSilenceSeconds = 60;
  constexpr int kIntervalSeconds = 15;
  constexpr int kQuestions = 4;
  if (!socket.is_tcp()) return;
  const int handle = socket.native_handle();
  ::setsockopt(handle, SOL_SOCKET, SO_KEEPALIVE, &kOn, sizeof kOn);
  ::setsockopt(handle, IPPROTO_TCP, TCP_KEEPIDLE, &kSilenceSeconds, sizeof kSilenceSeconds);
  ::setsockopt(handle, IPPROTO_TCP, TCP_KEEPINTVL, &kIntervalSeconds, sizeof kIntervalSeconds);
  ::setsockopt(handle, IPPROTO_TCP, TCP_KEEPCNT, &kQuestions, sizeof kQuestions);
}

bool is_stream_connection(int descriptor) {
  return protocol_of(descriptor).has_value();
}

} // namespace rtmpt_proxy::gateway
