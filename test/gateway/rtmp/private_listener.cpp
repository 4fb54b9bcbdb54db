// SPDX-License-Identifier: Apache-2.0
#include "private_listener.hpp"

#include "test/support/deadline.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace rtmpt_proxy::test {

namespace {

bool has_connection(int listener, std::chrono::milliseconds within) {
  pollfd ready{listener, POLLIN, 0};
  return ::poll(&ready, 1, static_cast<int>(within.count())) == 1;
}

} // namespace

PrivateListener::PrivateListener() {
  std::array<char, 32> folder{"/tmp/rtmpt-ask-XXXXXX"};
  if (!::mkdtemp(folder.data())) throw std::runtime_error("no folder for a listener");
  const std::string path = std::string(folder.data()) + "/s";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  listener_ = local::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const bool listens = ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                       ::listen(listener_.get(), 128) == 0;
  way_ = local::Descriptor(::open(path.c_str(), O_PATH | O_CLOEXEC));
  ::unlink(path.c_str());
  ::rmdir(folder.data());
  if (!listens || !way_) throw std::runtime_error("no listener");
}

local::Descriptor PrivateListener::accept() {
  if (!has_connection(listener_.get(), kPatience)) throw std::runtime_error("the gateway asks nothing");
  return local::Descriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

std::vector<local::Descriptor> PrivateListener::fill() const {
  const std::string way = "/proc/self/fd/" + std::to_string(way_.get());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, way.data(), way.size());
  std::vector<local::Descriptor> connections;
  do
    connections.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  while (::connect(connections.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  if (errno != EAGAIN) throw std::runtime_error("the listener's queue cannot be filled");
  connections.pop_back();
  return connections;
}

bool PrivateListener::is_asked() const {
  return has_connection(listener_.get(), std::chrono::milliseconds(0));
}

} // namespace rtmpt_proxy::test
