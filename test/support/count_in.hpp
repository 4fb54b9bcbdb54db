// SPDX-License-Identifier: Apache-2.0
// How often one text stands in another.
#pragma once

#include <cstddef>
#include <string_view>

namespace rtmpt_proxy::test {

// `part` is not empty; places that overlap count each.
inline std::size_t count_in(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

} // namespace rtmpt_proxy::test
