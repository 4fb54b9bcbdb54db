// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"

#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

using local::Descriptor;

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

} // namespace

Descriptor listen_on_loopback(std::uint16_t& port) {
  Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  require(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  require(::listen(listener.get(), 512) == 0, "listen");
  require(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  port = ntohs(address.sin_port);
  return listener;
}

local::SocketPair tcp_pair() {
  std::uint16_t port = 0;
  const Descriptor listener = listen_on_loopback(port);
  local::SocketPair pair;
  pair.ours = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  require(::connect(pair.ours.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "connect");
  const int on = 1;
  ::setsockopt(pair.ours.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  pair.theirs = Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  require(static_cast<bool>(pair.theirs), "accept");
  return pair;
}

} // namespace rtmpt_proxy::test
