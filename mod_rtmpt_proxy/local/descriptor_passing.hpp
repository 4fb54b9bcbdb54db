// SPDX-License-Identifier: Apache-2.0
// Bytes together with descriptors over local sockets (SCM_RIGHTS).
#pragma once

#include "local/descriptor.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace rtmpt_proxy::local {

// The kernel passes no more than this with one message (SCM_MAX_FD).
inline constexpr std::size_t kMostPassedDescriptors = 253;

// Sends once, without waiting: `bytes`, and copies of `descriptors` with the first byte. A stream socket needs at least
// one byte to pass descriptors. Returns how many bytes were sent; the descriptors went along if it is not -1. On -1
// errno says why: EAGAIN when the socket is full, EINVAL for more than kMostPassedDescriptors. The caller keeps its
// descriptors.
ssize_t send_with_descriptors(int socket, std::string_view bytes, std::span<const int> descriptors = {});

enum class ReceiveStatus { received, would_block, end, failed };

struct Received {
  ReceiveStatus status = ReceiveStatus::would_block; // end also stands for a message without a byte (SOCK_SEQPACKET)
  std::size_t bytes = 0;                             // that came
  bool descriptors_lost = false;                     // some that were sent could not be opened here: too many are open
};

// Reads once into `bytes`, without waiting. Descriptors that came along are appended to `descriptors`, closed on exec.
// On failed, errno says why.
Received receive_with_descriptors(int socket, std::span<char> bytes, std::vector<Descriptor>& descriptors);

} // namespace rtmpt_proxy::local
