// SPDX-License-Identifier: Apache-2.0
#include "support/peers/scripted_backend.hpp"

#include "support/clients/byte_stream.hpp"
#include "support/os/free_port.hpp"
#include "support/os/system_error.hpp"

#include <cstddef>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

void set_option(int fd, int level, int name, int value) {
  checked(setsockopt(fd, level, name, &value, sizeof value), "setsockopt");
}

void reset_socket(local::Descriptor& socket) {
  const linger at_once{1, 0};
  checked(setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "SO_LINGER");
  socket.reset();
}

} // namespace

ScriptedBackend::ScriptedBackend(int receive_buffer_bytes, std::uint16_t port)
    : listener_(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")),
      port_(port != 0 ? port : free_port()) {
  set_option(listener_.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (receive_buffer_bytes > 0) set_option(listener_.get(), SOL_SOCKET, SO_RCVBUF, receive_buffer_bytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(listen(listener_.get(), 256), "listen");
}

local::Descriptor ScriptedBackend::accept_socket(Deadline deadline) {
  while (ready(listener_.get(), POLLIN, deadline)) {
    local::Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) return socket;
    if (errno != EAGAIN && errno != ECONNABORTED) checked(-1, "accept");
  }
  throw TimedOut("nobody connected to the backend in time");
}

std::unique_ptr<BackendConnection> ScriptedBackend::accept(Deadline deadline) {
  return std::make_unique<BackendConnection>(accept_socket(deadline));
}

bool ScriptedBackend::has_connection(Deadline deadline) {
  return ready(listener_.get(), POLLIN, deadline);
}

void ScriptedBackend::accept_and_reset(Deadline deadline) {
  auto socket = accept_socket(deadline);
  reset_socket(socket);
}

std::uint32_t BackendConnection::data_segments() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  checked(getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &info, &size), "TCP_INFO");
  if (size < offsetof(tcp_info, tcpi_data_segs_in) + sizeof info.tcpi_data_segs_in)
    throw std::runtime_error("the kernel does not count segments");
  return info.tcpi_data_segs_in;
}

void BackendConnection::reset() {
  interrupt_reader();
  reset_socket(socket_);
}

} // namespace rtmpt_proxy::test
