// SPDX-License-Identifier: Apache-2.0
// What stands in the place of a stream's name where the name is the secret (RTMPTHideStreamName).
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Every thread may use it.
class HiddenNames {
 public:
  // Takes a key of its own from the kernel. Throws std::system_error when the kernel gives none.
  HiddenNames();

  // "hidden-3f9a0c71be": the same for the same name, query and format's prefix left out, as long as this object lives.
  // Without the key nobody can try names until one fits. Throws std::runtime_error when the library has no SHA-256.
  std::string hide(std::string_view name) const;

 private:
  const std::string key_;
};

} // namespace rtmpt_proxy::gateway
