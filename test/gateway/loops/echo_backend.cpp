// SPDX-License-Identifier: Apache-2.0
#include "echo_backend.hpp"

#include "loopback.hpp"

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

using local::Descriptor;

namespace {

// Bytes of one client that it has not been given back yet.
struct Echo {
  Descriptor socket;
  std::string waiting;
};

// False when the connection is over.
bool move_bytes(Echo& echo) {
  std::array<char, 16384> bytes;
  const ssize_t count = ::recv(echo.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count == 0 || (count < 0 && errno != EAGAIN)) return false;
  if (count > 0) echo.waiting.append(bytes.data(), static_cast<std::size_t>(count));
  const ssize_t sent = ::send(echo.socket.get(), echo.waiting.data(), echo.waiting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  echo.waiting.erase(0, static_cast<std::size_t>(sent));
  return true;
}

} // namespace

EchoBackend::EchoBackend() : listener_(listen_on_loopback(port_)) {
  auto pair = local::make_socket_pair(SOCK_STREAM);
  if (!pair) throw std::runtime_error("no socket pair");
  stop_reader_ = std::move(pair->theirs);
  stop_writer_ = std::move(pair->ours);
  thread_ = std::thread([this] { serve(); });
}

EchoBackend::~EchoBackend() {
  ::shutdown(stop_writer_.get(), SHUT_RDWR);
  thread_.join();
}

void EchoBackend::serve() {
  std::map<int, Echo> echoes;
  for (;;) {
    std::vector<pollfd> ready{{stop_reader_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& [descriptor, echo] : echoes)
      ready.push_back({descriptor, static_cast<short>(echo.waiting.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    if (::poll(ready.data(), ready.size(), -1) < 0) continue;
    if (ready[0].revents != 0) return;
    for (std::size_t i = 2; i < ready.size(); ++i) {
      const auto found = echoes.find(ready[i].fd);
      if (ready[i].revents != 0 && !move_bytes(found->second)) echoes.erase(found);
    }
    if (ready[1].revents == 0) continue;
    if (const int client = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC); client >= 0)
      echoes[client].socket = Descriptor(client);
  }
}

} // namespace rtmpt_proxy::test
