// SPDX-License-Identifier: Apache-2.0
#include "support/peers/faulty_proxy.hpp"

#include "support/clients/byte_stream.hpp"
#include "support/os/system_error.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

FaultyProxy::FaultyProxy(std::uint16_t to_port)
    : listener_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")),
      wake_(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      to_port_(to_port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  checked(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), length), "bind");
  checked(listen(listener_.get(), SOMAXCONN), "listen");
  checked(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

FaultyProxy::~FaultyProxy() {
  order(stopping_);
  thread_.join();
}

void FaultyProxy::order(bool& what) {
  const std::lock_guard lock(mutex_);
  what = true;
  eventfd_write(wake_.get(), 1);
}

void FaultyProxy::reset_all() {
  order(resetting_);
}

void FaultyProxy::fall_silent() {
  order(is_silent_);
}

void FaultyProxy::set_faults(const LinkFaults& faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

// Looks at every connection whenever something has happened: a test has few.
void FaultyProxy::serve() {
  while (true) {
    std::vector<pollfd> waits{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& connection : connections_) {
      const auto events = [](const Direction& direction) {
        return static_cast<short>(direction.has_ended ? 0 : POLLIN);
      };
      if (!connection->sent.has_ended) waits.push_back({connection->client.get(), events(connection->sent), 0});
      if (!connection->came.has_ended) waits.push_back({connection->server.get(), events(connection->came), 0});
    }
    if (is_silent_) waits.resize(1);
    poll(waits.data(), waits.size(), milliseconds_to_next());
    eventfd_t ignored = 0;
    eventfd_read(wake_.get(), &ignored);
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (is_silent_ && !resetting_) continue;
    if (waits.size() > 1 && waits[1].revents != 0) accept_one();
    const bool resets = std::exchange(resetting_, false);
    for (auto& connection : connections_) {
      if (resets) reset(*connection);
      if (resets || !turn(*connection)) connection.reset();
    }
    std::erase(connections_, nullptr);
  }
}

// Until a piece is due; -1: none waits.
int FaultyProxy::milliseconds_to_next() const {
  constexpr int kTick = 2;
  const bool some_wait = std::any_of(connections_.begin(), connections_.end(), [](const auto& connection) {
    return !connection->sent.pieces.empty() || !connection->came.pieces.empty();
  });
  return some_wait && !is_silent_ ? kTick : -1;
}

void FaultyProxy::accept_one() {
  local::Descriptor client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!client) return;
  const int on = 1;
  setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto connection = std::make_unique<Connection>();
  try {
    connection->server = connect_tcp({"127.0.0.1", to_port_}, Deadline{});
  } catch (const std::system_error&) {
    return; // refused: so is the client
  }
  connection->faults = faults_;
  connection->client = std::move(client);
  connection->sent.reset_after = faults_.reset_after_sent;
  connection->came.reset_after = faults_.reset_after_came;
  connections_.push_back(std::move(connection));
}

// False when the connection is over.
bool FaultyProxy::turn(Connection& connection) {
  take(connection, connection.client, connection.sent);
  take(connection, connection.server, connection.came);
  if (Clock::now() < connection.stalls_until) return true;
  if (!pass(connection, connection.server, connection.sent) || !pass(connection, connection.client, connection.came)) {
    reset(connection);
    return false;
  }
  const LinkFaults& faults = connection.faults;
  if (faults.stall_after_sent && connection.sent.passed >= *faults.stall_after_sent &&
      !std::exchange(connection.has_stalled, true))
    connection.stalls_until = Clock::now() + faults.stall;
  return !connection.sent.is_closed || !connection.came.is_closed;
}

void FaultyProxy::take(Connection& connection, const local::Descriptor& from, Direction& direction) {
  std::array<char, 64 * 1024> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): recv() fills it
  while (!direction.has_ended) {
    const ssize_t count = recv(from.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (count > 0)
      direction.pieces.push_back(
          {Clock::now() + connection.faults.delay, std::string(bytes.data(), static_cast<std::size_t>(count))});
    direction.has_ended = count <= 0;
  }
}

// False when both ends are to be reset.
bool FaultyProxy::pass(Connection& connection, const local::Descriptor& to, Direction& direction) {
  while (!direction.pieces.empty() && direction.pieces.front().due <= Clock::now()) {
    std::string_view bytes = direction.pieces.front().bytes;
    if (direction.reset_after) bytes = bytes.substr(0, *direction.reset_after - direction.passed);
    if (!write(connection, to, bytes)) direction.has_ended = true; // nobody takes it any more
    direction.passed += bytes.size();
    direction.pieces.pop_front();
    if (direction.passed == direction.reset_after) break;
  }
  if (direction.passed == direction.reset_after) return false;
  if (direction.has_ended && direction.pieces.empty() && !std::exchange(direction.is_closed, true))
    shutdown(to.get(), SHUT_WR);
  return true;
}

bool FaultyProxy::write(const Connection& connection, const local::Descriptor& to, std::string_view bytes) {
  while (!bytes.empty()) {
    if (!ready(to.get(), POLLOUT, Deadline{})) return false;
    const std::size_t count = connection.faults.one_byte_segments ? 1 : bytes.size();
    const ssize_t sent = send(to.get(), bytes.data(), count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void FaultyProxy::reset(Connection& connection) {
  const linger at_once{1, 0};
  for (const local::Descriptor* const end : {&connection.client, &connection.server})
    setsockopt(end->get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace rtmpt_proxy::test
