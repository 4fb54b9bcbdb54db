// SPDX-License-Identifier: Apache-2.0
#include "local/descriptor.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rtmpt_proxy::local {

void Descriptor::reset() {
  if (value_ < 0) return;
  const int error = errno;
  ::close(std::exchange(value_, -1));
  errno = error;
}

std::optional<SocketPair> make_socket_pair(int type) {
  int fds[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) != 0) return std::nullopt;
  return SocketPair{Descriptor(fds[0]), Descriptor(fds[1])};
}

bool make_non_blocking(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  return flags >= 0 && ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0;
}

} // namespace rtmpt_proxy::local
