// SPDX-License-Identifier: Apache-2.0
// Acknowledgements without delay.
#pragma once

#include <cstddef>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

// Makes the kernel acknowledge what was read, or else the next segment, without delay. The effect does not last. For
// TCP only.
inline void acknowledge_quickly(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

// While a stream begins, either side sends small messages, and one that waits for acknowledgements (Nagle's algorithm;
// nginx-rtmp and ffmpeg do) sends the second when the first is acknowledged. The kernel would take 40 ms for that, and
// the stream would begin so much later with each message. A stream that runs pays nothing.
class QuickBeginning {
 public:
  // So much of one direction of a stream is acknowledged at once: its commands, and the first pictures.
  static constexpr std::size_t kBytes = 64u << 10;

  // `count` bytes were read from this TCP socket.
  void note(int socket, std::size_t count) {
    if (count == 0 || bytes_ >= kBytes) return;
    bytes_ += count;
    acknowledge_quickly(socket);
  }

 private:
  std::size_t bytes_ = 0;
};

} // namespace rtmpt_proxy::gateway
