// SPDX-License-Identifier: Apache-2.0
// Bytes and descriptors for the gateway's local sockets, good ones and bad ones.
#pragma once

#include "local/descriptor_passing.hpp"

#include <cerrno>
#include <span>
#include <string_view>

#include <poll.h>

namespace rtmpt_proxy::test {

// Sends all `bytes` through the local socket `socket`, and copies of `descriptors` with the first of them. Waits for
// room up to 20 seconds at a time. False when the other end is closed or takes nothing more.
inline bool send_all(int socket, std::string_view bytes, std::span<const int> descriptors = {}) {
  do {
    const ssize_t sent = local::send_with_descriptors(socket, bytes, descriptors);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      descriptors = {};
      continue;
    }
    pollfd writable{socket, POLLOUT, 0};
    if (errno != EAGAIN || ::poll(&writable, 1, 20'000) != 1) return false;
  } while (!bytes.empty());
  return true;
}

} // namespace rtmpt_proxy::test
