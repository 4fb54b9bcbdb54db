// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629) in text that anybody may have sent.
#pragma once

#include <cstddef>
#include <string_view>

namespace rtmpt_proxy::protocol {

struct Utf8Character {
  std::size_t bytes = 0;   // 1 to 4; 0 when the text does not begin with a well-formed character
  char32_t code_point = 0; // meaningful with bytes
};

// The character at the begin of `text`. Overlong forms, surrogates and code points over U+10FFFF are not well-formed.
Utf8Character first_utf8_character(std::string_view text);

// The front of `text`, at most `max_bytes`, without half a character at its end. What is not well-formed is cut like
// any bytes. Points into `text`.
std::string_view cut_utf8(std::string_view text, std::size_t max_bytes);

} // namespace rtmpt_proxy::protocol
