// SPDX-License-Identifier: Apache-2.0
#include "support/peers/farm_member.hpp"

#include "support/os/free_port.hpp"
#include "support/os/system_error.hpp"

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

constexpr std::string_view kGreetingStart = "member ";
constexpr std::size_t kMostUnsentBytes = 1u << 20; // more is not read before it has gone back

// Whoever closes the socket resets its connection then.
void reset_on_close(const local::Descriptor& socket) {
  const linger at_once{1, 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace

std::string greeting_of(char name) {
  return std::string(kGreetingStart) + name + "\n";
}

FarmMember::FarmMember(char name, std::string address, std::uint16_t port)
    : name_(name),
      address_(std::move(address)),
      port_(port != 0 ? port : free_port()),
      wake_(checked(eventfd(0, EFD_CLOEXEC), "eventfd")) {
  revive();
}

FarmMember::~FarmMember() {
  kill();
}

char FarmMember::name_in(std::string_view text) {
  if (text.size() < kGreetingBytes || !text.starts_with(kGreetingStart)) {
    throw std::runtime_error("not the greeting of a member: " + std::string(text.substr(0, 100)));
  }
  return text[kGreetingStart.size()];
}

void FarmMember::listen_again() {
  listener_ = local::Descriptor(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket"));
  const int on = 1;
  checked(setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  if (inet_pton(AF_INET, address_.c_str(), &address.sin_addr) != 1) throw std::runtime_error("no IPv4: " + address_);
  checked(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "bind to " + address_ + " port " + std::to_string(port_));
  checked(listen(listener_.get(), 256), "listen");
}

void FarmMember::revive() {
  listen_again();
  thread_ = std::thread([this] { serve(); });
}

void FarmMember::kill() {
  if (!thread_.joinable()) return;
  checked(eventfd_write(wake_.get(), 1), "eventfd_write");
  thread_.join();
  eventfd_t count = 0;
  checked(eventfd_read(wake_.get(), &count), "eventfd_read");
  listener_.reset(); // resets those that nobody has accepted
  for (const auto& connection : connections_)
    reset_on_close(connection.socket);
  connections_.clear();
  live_ = 0;
}

void FarmMember::serve() {
  std::vector<pollfd> wanted;
  while (true) {
    wanted.assign({{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}});
    for (const auto& connection : connections_) {
      const int events =
          (connection.unsent.size() < kMostUnsentBytes ? POLLIN : 0) | (connection.unsent.empty() ? 0 : POLLOUT);
      wanted.push_back({connection.socket.get(), static_cast<short>(events), 0});
    }
    poll(wanted.data(), wanted.size(), -1);
    if (wanted[0].revents != 0) return;
    auto polled = wanted.begin() + 2;
    for (auto it = connections_.begin(); it != connections_.end(); ++polled) {
      auto& connection = *it++;
      if (polled->revents == 0 || exchange(connection, polled->revents)) continue;
      if (connection.greeted) --live_;
      connections_.erase(std::prev(it));
    }
    if (wanted[1].revents != 0) accept_all();
  }
}

void FarmMember::accept_all() {
  while (true) {
    local::Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return;
    if (resets_new_) {
      reset_on_close(socket);
    } else {
      connections_.push_back({std::move(socket), {}, false});
    }
  }
}

// False when the connection has ended.
bool FarmMember::exchange(Connection& connection, short events) {
  if ((events & ~POLLOUT) != 0 && !receive(connection)) return false;
  if (connection.unsent.empty()) return true;
  const auto sent = send(connection.socket.get(), connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  connection.unsent.erase(0, static_cast<std::size_t>(sent));
  return true;
}

bool FarmMember::receive(Connection& connection) {
  std::array<char, 65536> bytes{};
  const auto got = recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (got < 0) return errno == EAGAIN;
  if (got == 0) return false;
  if (!connection.greeted) {
    connection.greeted = true;
    connection.unsent += greeting_of(name_);
    ++live_;
    ++greeted_;
  }
  connection.unsent.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

} // namespace rtmpt_proxy::test
