// SPDX-License-Identifier: Apache-2.0
// Random bytes of the kernel.
#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include <sys/random.h>

namespace rtmpt_proxy::gateway {

// Fills `size_bytes` bytes at `target`. Throws std::system_error when the kernel gives none.
inline void fill_randomly(void* target, std::size_t size_bytes) {
  auto* next = static_cast<char*>(target);
  while (size_bytes > 0) {
    const ssize_t count = ::getrandom(next, size_bytes, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    next += count;
    size_bytes -= static_cast<std::size_t>(count);
  }
}

// So many random bytes. Throws as above.
inline std::string random_text(std::size_t size_bytes) {
  std::string text(size_bytes, '\0');
  fill_randomly(text.data(), size_bytes);
  return text;
}

} // namespace rtmpt_proxy::gateway
