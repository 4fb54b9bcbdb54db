// Ownership of one descriptor, and the two kinds of socket pairs the module uses.
#pragma once

#include <optional>
#include <utility>

namespace rtmpt_proxy::apache {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~FileDescriptor() { reset(); }

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); } // the caller closes it
  void reset();

 private:
  int fd_ = -1;
};

struct SocketPair {
  FileDescriptor ours;
  FileDescriptor theirs;
};

// A connected pair of local sockets, both closed on exec. `type` is SOCK_STREAM or SOCK_SEQPACKET. Empty on failure,
// with errno set.
std::optional<SocketPair> make_socket_pair(int type);

} // namespace rtmpt_proxy::apache
