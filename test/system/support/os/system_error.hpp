// SPDX-License-Identifier: Apache-2.0
// Failed system calls as exceptions.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace rtmpt_proxy::test {

// Throws std::system_error with errno and `what` when `result` is -1, else returns it.
template <class Result>
Result checked(Result result, const std::string& what) {
  if (result == static_cast<Result>(-1)) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

} // namespace rtmpt_proxy::test
