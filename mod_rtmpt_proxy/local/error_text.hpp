// SPDX-License-Identifier: Apache-2.0
// The system's words for an error number.
#pragma once

#include <string>
#include <system_error>

namespace rtmpt_proxy::local {

// `error` is a value of errno: "No such file or directory" for ENOENT. For any thread.
inline std::string error_text(int error) {
  return std::generic_category().message(error);
}

} // namespace rtmpt_proxy::local
