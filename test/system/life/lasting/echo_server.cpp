// SPDX-License-Identifier: Apache-2.0
#include "life/lasting/echo_server.hpp"

#include "support/clients/rtmp_client.hpp"
#include "support/os/system_error.hpp"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

constexpr char kRtmpVersion = '\3';
constexpr std::size_t kEnoughUnsent = 1 << 20; // of a client that reads nothing no more is read then

bool must_wait(ssize_t result) {
  return result < 0 && (errno == EAGAIN || errno == EINTR);
}

} // namespace

EchoServer::EchoServer(std::uint16_t port)
    : listener_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")),
      wake_(checked(eventfd(0, EFD_CLOEXEC), "eventfd")) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  checked(setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
  socklen_t length = sizeof address;
  checked(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), length), "bind");
  checked(listen(listener_.get(), SOMAXCONN), "listen");
  checked(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

EchoServer::~EchoServer() {
  eventfd_write(wake_.get(), 1);
  thread_.join();
  const linger at_once{1, 0};
  for (const auto& connection : connections_)
    setsockopt(connection->socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void EchoServer::serve() {
  while (true) {
    std::vector<pollfd> waits{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& connection : connections_) {
      const bool may_read = connection->unsent.size() < kEnoughUnsent;
      const int events = (may_read ? POLLIN : 0) | (connection->unsent.empty() ? 0 : POLLOUT);
      waits.push_back({connection->socket.get(), static_cast<short>(events), 0});
    }
    poll(waits.data(), waits.size(), -1);
    if (waits[0].revents != 0) return;
    for (std::size_t i = 0; i < connections_.size(); ++i)
      if (waits[i + 2].revents != 0 && !turn(*connections_[i], waits[i + 2].revents)) connections_[i].reset();
    std::erase(connections_, nullptr);
    if (waits[1].revents != 0) accept_all();
    open_connections_ = connections_.size();
  }
}

void EchoServer::accept_all() {
  while (true) {
    local::Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return;
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_.push_back(std::make_unique<Connection>());
    connections_.back()->socket = std::move(socket);
  }
}

// False when it has ended.
bool EchoServer::turn(Connection& connection, short events) {
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && !take(connection)) return false;
  return send_unsent(connection);
}

bool EchoServer::take(Connection& connection) {
  std::string bytes(64 * 1024, '\0');
  const ssize_t count = recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (must_wait(count)) return true;
  if (count <= 0) return false;
  bytes.resize(static_cast<std::size_t>(count));
  take_bytes(connection, std::move(bytes));
  return true;
}

void EchoServer::take_bytes(Connection& connection, std::string bytes) {
  if (!connection.is_greeted) {
    connection.greeting += bytes;
    const bool is_rtmp = connection.greeting.front() == kRtmpVersion;
    if (is_rtmp && connection.greeting.size() < 1 + kHandshakePart) return;
    bytes = std::exchange(connection.greeting, {});
    connection.is_greeted = true;
    if (is_rtmp) {
      connection.unsent = kRtmpVersion + std::string(kHandshakePart, 's') + bytes.substr(1, kHandshakePart);
      connection.skip = kHandshakePart;
      bytes.erase(0, 1 + kHandshakePart);
    }
  }
  const std::size_t skipped = std::min(connection.skip, bytes.size());
  connection.skip -= skipped;
  taken_bytes_ += bytes.size() - skipped;
  connection.unsent.append(bytes, skipped);
}

bool EchoServer::send_unsent(Connection& connection) {
  while (!connection.unsent.empty()) {
    const ssize_t sent =
        send(connection.socket.get(), connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (must_wait(sent)) return true;
    if (sent <= 0) return false;
    connection.unsent.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

} // namespace rtmpt_proxy::test
