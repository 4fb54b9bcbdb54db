// SPDX-License-Identifier: Apache-2.0
// When a socket counts as readable, and as writable.
#pragma once

#include <cstddef>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

// From the next wait on, a TCP socket is readable when this many bytes are there, or its end (SO_RCVLOWAT; 1 is the
// kernel's default). A local socket takes the option and goes on as before.
inline void set_low_water(int socket, std::size_t bytes) {
  const int value = static_cast<int>(bytes);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &value, sizeof value);
}

// From now on a TCP socket takes bytes while fewer than this many wait to be sent (TCP_NOTSENT_LOWAT). Otherwise the
// kernel takes many seconds of a stream for a client that is slow.
inline void keep_unsent_short(int socket) {
  constexpr int kMostBytes = 65536;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostBytes, sizeof kMostBytes);
}

} // namespace rtmpt_proxy::gateway
