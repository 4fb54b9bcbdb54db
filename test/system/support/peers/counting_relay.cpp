// SPDX-License-Identifier: Apache-2.0
#include "support/peers/counting_relay.hpp"

#include "support/clients/byte_stream.hpp"
#include "support/os/free_port.hpp"
#include "support/os/system_error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

constexpr std::string_view kRequestBegins = "POST /";

// False when the other side is gone or takes nothing.
bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    if (!ready(fd, POLLOUT, Deadline{})) return false;
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

} // namespace

CountingRelay::CountingRelay(std::uint16_t to_port)
    : listener_(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")),
      wake_(checked(eventfd(0, EFD_CLOEXEC), "eventfd")),
      port_(free_port()),
      to_port_(to_port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(listen(listener_.get(), 64), "listen");
  thread_ = std::thread([this] { serve(); });
}

CountingRelay::~CountingRelay() {
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

std::vector<CountingRelay::Clock::time_point> CountingRelay::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void CountingRelay::serve() {
  while (true) {
    std::vector<pollfd> wanted{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& pair : pairs_) {
      wanted.push_back({pair.client.get(), POLLIN, 0});
      wanted.push_back({pair.server.get(), POLLIN, 0});
    }
    poll(wanted.data(), wanted.size(), -1);
    if (wanted[0].revents != 0) return;
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      const bool from_client = wanted[2 + 2 * i].revents != 0;
      const bool from_server = wanted[3 + 2 * i].revents != 0;
      const bool lives = (!from_client || pass(pairs_[i], true)) && (!from_server || pass(pairs_[i], false));
      if (!lives) pairs_.erase(pairs_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    open_connections_ = pairs_.size();
    if (wanted[1].revents != 0) accept();
  }
}

void CountingRelay::accept() {
  local::Descriptor client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!client) return;
  const int on = 1;
  setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  try {
    pairs_.push_back({std::move(client), connect_tcp({"127.0.0.1", to_port_}, Deadline{}), {}});
    ++connections_;
    open_connections_ = pairs_.size();
  } catch (const std::exception&) { // refused on to the client, whose connection ends here
  }
}

bool CountingRelay::pass(Pair& pair, bool from_client) {
  std::array<char, 65536> buffer{};
  const auto got = recv((from_client ? pair.client : pair.server).get(), buffer.data(), buffer.size(), 0);
  if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  (from_client ? from_clients_ : from_server_) += bytes.size();
  if (from_client) {
    pair.tail += bytes;
    const std::lock_guard lock(mutex_);
    for (auto at = pair.tail.find(kRequestBegins); at != std::string::npos; at = pair.tail.find(kRequestBegins, at + 1))
      requests_.push_back(Clock::now());
    pair.tail.erase(0, pair.tail.size() - std::min(pair.tail.size(), kRequestBegins.size() - 1));
  }
  return write_all((from_client ? pair.server : pair.client).get(), bytes);
}

std::size_t most_in_a_second(const std::vector<CountingRelay::Clock::time_point>& times) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] >= std::chrono::seconds{1})
      ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

} // namespace rtmpt_proxy::test
