// SPDX-License-Identifier: Apache-2.0
// What the system knows of a descriptor's number.
#pragma once

#include <fcntl.h>

namespace rtmpt_proxy::test {

inline bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) >= 0;
}

inline bool is_closed_on_exec(int descriptor) {
  return (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0;
}

} // namespace rtmpt_proxy::test
