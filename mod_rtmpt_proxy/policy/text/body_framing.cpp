// SPDX-License-Identifier: Apache-2.0
#include "policy/text/header_text.hpp"

#include <rtmpt_proxy/policy/text/body_framing.hpp>

#include <charconv>
#include <limits>

namespace rtmpt_proxy::policy {

Framing check_framing(std::optional<std::string_view> coding, std::optional<std::string_view> length,
                      bool length_was_dropped) {
  if (coding) {
    if (length || length_was_dropped) return Framing::both_lengths;
    return equal_in_any_case(*coding, "chunked") ? Framing::good : Framing::odd_coding;
  }
  return !length || parse_content_length(*length) ? Framing::good : Framing::bad_length;
}

std::optional<std::uint64_t> parse_content_length(std::string_view text) {
  std::uint64_t length = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, length);
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (error != std::errc() || rest != end || length > kMost) return std::nullopt;
  return length;
}

} // namespace rtmpt_proxy::policy
