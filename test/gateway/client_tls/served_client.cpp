// SPDX-License-Identifier: Apache-2.0
#include "served_client.hpp"

#include "test/support/deadline.hpp"

#include <stdexcept>
#include <utility>

namespace rtmpt_proxy::test {

using gateway::ClientSocket;
using gateway::TlsStep;
using ErrorCode = ClientSocket::ErrorCode;

ServedClient::ServedClient(boost::asio::io_context& loop, gateway::DetachedClient client) : socket(loop) {
  if (const std::string failure = socket.take(std::move(client)); !failure.empty()) throw std::runtime_error(failure);
}

void ServedClient::greet(gateway::TlsServerContext context, std::string_view read_already) {
  socket.begin_tls(std::move(context), read_already);
  go_on();
}

void ServedClient::go_on() {
  const TlsStep step = socket.handshake();
  if (step == TlsStep::wants_read || step == TlsStep::wants_write)
    return socket.async_wait(step == TlsStep::wants_read ? ClientSocket::wait_read : ClientSocket::wait_write,
                             [this](const ErrorCode& error) {
                               if (!error) go_on();
                             });
  is_greeted = step == TlsStep::done;
  if (is_greeted) return serve();
  end = boost::asio::error::connection_reset;
  ErrorCode ignored;
  socket.close(ignored);
}

void ServedClient::serve() {
  await_readable();
  write();
}

void ServedClient::send(std::string_view bytes) {
  to_send += bytes;
  write();
}

void ServedClient::await_readable() {
  if (awaits_readable_ || end || !reads || !socket.is_open()) return;
  awaits_readable_ = true;
  socket.async_wait(ClientSocket::wait_read, [this](const ErrorCode& error) {
    awaits_readable_ = false;
    if (!error) read();
  });
}

void ServedClient::read() {
  ++wakes;
  std::string bytes(most_read_bytes, '\0');
  ErrorCode error;
  const std::size_t count = socket.read_some(boost::asio::buffer(bytes), error);
  received.append(bytes, 0, count);
  if (error && error != boost::asio::error::would_block) end = error;
  await_readable();
}

void ServedClient::write() {
  while (!to_send.empty() && !awaits_writable_ && !write_failure) {
    ErrorCode error;
    // In pieces, as a reply has them.
    const std::size_t first = to_send.size() / 3;
    const std::array<boost::asio::const_buffer, 3> pieces{
        boost::asio::buffer(to_send.data(), first), boost::asio::const_buffer(), boost::asio::buffer(to_send) + first};
    to_send.erase(0, socket.write_some(pieces, error));
    if (error == boost::asio::error::would_block) {
      awaits_writable_ = true;
      socket.async_wait(ClientSocket::wait_write, [this](const ErrorCode& failed) {
        awaits_writable_ = false;
        if (!failed) write();
      });
    } else if (error) {
      write_failure = error;
    }
  }
}

gateway::DetachedClient ServedClient::detach() {
  return socket.detach();
}

bool runs_until(boost::asio::io_context& io, const std::function<bool()>& condition) {
  const Deadline deadline;
  while (!condition()) {
    if (deadline.passed()) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(1));
  }
  return true;
}

void TlsLoop::run_now() {
  io_.restart();
  io_.poll();
}

} // namespace rtmpt_proxy::test
