// SPDX-License-Identifier: Apache-2.0
// How a request says where its body ends, and whether every program understands it in the same way.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class Framing : std::uint8_t {
  good,
  both_lengths, // Transfer-Encoding together with Content-Length: one of them is ignored, and programs differ in which
  bad_length,   // a Content-Length that is not digits alone
  odd_coding,   // a Transfer-Encoding that is not chunked alone
};

// `coding` and `length` are the values of Transfer-Encoding and Content-Length. `length_was_dropped`: there was a
// Content-Length beside the Transfer-Encoding, and httpd has removed it.
Framing check_framing(std::optional<std::string_view> coding, std::optional<std::string_view> length,
                      bool length_was_dropped);

// The number that is all of `text`: decimal digits, up to 2^63 - 1. Unset for anything else.
std::optional<std::uint64_t> parse_content_length(std::string_view text);

} // namespace rtmpt_proxy::policy
