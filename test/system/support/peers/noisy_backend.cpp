// SPDX-License-Identifier: Apache-2.0
#include "support/peers/noisy_backend.hpp"

#include "support/clients/byte_stream.hpp"
#include "support/os/free_port.hpp"
#include "support/os/random_bytes.hpp"
#include "support/os/system_error.hpp"

#include <array>
#include <random>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

using namespace std::chrono_literals;

namespace {

constexpr auto kBetweenTurns = 2ms;

enum Mood { kRead, kWrite, kPause, kReset, kClose };

// Of 1,000 turns.
std::discrete_distribution<int> moods() {
  return {300, 400, 285, 10, 5};
}

void reset_on_close(const local::Descriptor& socket) {
  const linger at_once{1, 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace

NoisyBackend::NoisyBackend(std::uint32_t seed)
    : listener_(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")), port_(free_port()) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(listen(listener_.get(), 256), "listen");
  acceptor_ = std::thread([this, seed] { accept_all(seed); });
}

NoisyBackend::~NoisyBackend() {
  stopping_ = true;
  acceptor_.join();
  for (std::thread& server : servers_)
    server.join();
}

void NoisyBackend::accept_all(std::uint32_t seed) {
  while (!stopping_) {
    if (!ready(listener_.get(), POLLIN, Deadline(50ms))) continue;
    local::Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) continue;
    const auto own_seed = seed + static_cast<std::uint32_t>(servers_.size());
    servers_.emplace_back([this, own_seed](local::Descriptor connection) { serve(std::move(connection), own_seed); },
                          std::move(socket));
  }
}

void NoisyBackend::serve(local::Descriptor socket, std::uint32_t seed) const {
  std::mt19937 random(seed);
  auto mood = moods();
  const std::string bytes = random_bytes(70'000, seed);
  std::array<char, 65536> buffer{};
  while (!stopping_) {
    switch (mood(random)) {
    case kRead:
      if (recv(socket.get(), buffer.data(), buffer.size(), 0) == 0) return;
      break;
    case kWrite:
      if (send(socket.get(), bytes.data(), random() % bytes.size(), MSG_NOSIGNAL) < 0 && errno != EAGAIN) return;
      break;
    case kPause: ready(socket.get(), POLLRDHUP, Deadline(std::chrono::milliseconds(random() % 40))); break;
    case kReset: reset_on_close(socket); return;
    case kClose: return;
    }
    ready(socket.get(), POLLRDHUP, Deadline(kBetweenTurns));
  }
}

} // namespace rtmpt_proxy::test
