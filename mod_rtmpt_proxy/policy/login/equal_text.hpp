// SPDX-License-Identifier: Apache-2.0
// Compares secrets.
#pragma once

#include <cstddef>
#include <string_view>

namespace rtmpt_proxy::policy {

// Takes as long for texts that differ early as for those that differ late.
inline bool equal_secrets(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]));
  return difference == 0;
}

} // namespace rtmpt_proxy::policy
