// SPDX-License-Identifier: Apache-2.0
#include "support/os/free_port.hpp"

#include "local/descriptor.hpp"
#include "local/local_address.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

namespace {

constexpr int kLowestPort = 10000;

// The first port that the kernel gives to outgoing connections.
int first_ephemeral_port() {
  int first = 32768;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first;
  return std::max(first, kLowestPort + 1000);
}

bool can_bind_v4(std::uint16_t port) {
  const local::Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool can_bind_v6(std::uint16_t port) {
  const local::Descriptor fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  return bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Another test may have chosen the port too, for a server that it has not started yet. Each choice is told to all by a
// local socket with a name outside the file system, which lasts as long as this process.
bool can_reserve(std::uint16_t port) {
  static std::vector<local::Descriptor> reserved;
  local::Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto name = local::LocalAddress::abstract("rtmpt-test-port-" + std::to_string(port));
  if (name.value().bind(fd.get()) != 0) return false;
  reserved.push_back(std::move(fd));
  return true;
}

} // namespace

std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<int> any(kLowestPort, first_ephemeral_port() - 1);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const auto port = static_cast<std::uint16_t>(any(random));
    if (can_bind_v4(port) && can_bind_v6(port) && can_reserve(port)) return port;
  }
  throw std::runtime_error("no free TCP port found on 127.0.0.1 and ::1 in 1000 attempts");
}

} // namespace rtmpt_proxy::test
