// SPDX-License-Identifier: Apache-2.0
#include "policy/text/header_text.hpp"

#include "policy/text/url_text.hpp"

#include <algorithm>

namespace rtmpt_proxy::policy {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::string_view last_entry(std::string_view list) {
  return trimmed(list.substr(list.rfind(',') + 1)); // npos + 1 is 0: all of it
}

bool equal_in_any_case(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

} // namespace rtmpt_proxy::policy
