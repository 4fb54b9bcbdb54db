#include "local/file_descriptor.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::optional<SocketPair> make_socket_pair(int type) {
  int fds[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) != 0) return std::nullopt;
  return SocketPair{FileDescriptor(fds[0]), FileDescriptor(fds[1])};
}

} // namespace rtmpt_proxy::apache
