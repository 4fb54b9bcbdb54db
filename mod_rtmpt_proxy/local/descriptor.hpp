// SPDX-License-Identifier: Apache-2.0
// Ownership of one file descriptor, and pairs of connected local sockets.
#pragma once

#include <optional>
#include <utility>

namespace rtmpt_proxy::local {

// Owns one descriptor and closes it when destroyed. Not for use by two threads at a time.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {} // takes ownership; a negative value owns nothing
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }

  explicit operator bool() const { return value_ >= 0; }
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); } // the caller closes it
  void reset();                                       // closes it; errno stays as it was

 private:
  int value_ = -1;
};

struct SocketPair {
  Descriptor ours;
  Descriptor theirs;
};

// Makes a connected pair of local sockets, both closed on exec. `type` is SOCK_STREAM or SOCK_SEQPACKET. Empty on
// failure, with errno set.
std::optional<SocketPair> make_socket_pair(int type);

// From now on reads and writes fail with EAGAIN instead of waiting. The setting belongs to the open file: it holds for
// every descriptor of that file, in other processes too. False on failure, with errno set.
bool make_non_blocking(int descriptor);

} // namespace rtmpt_proxy::local
