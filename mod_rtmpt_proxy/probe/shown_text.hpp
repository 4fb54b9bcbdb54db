// SPDX-License-Identifier: Apache-2.0
// What of a stranger's words is shown to people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rtmpt_proxy::probe {

inline constexpr std::size_t kMaxQuoteBytes = 200;

// `text` in quotation marks on one line, cut, with everything escaped that could steer a terminal.
std::string in_quotes(std::string_view text);

// What a reader sees of an error page: tags, style sheets and scripts are left out, and white space is one blank.
std::string words_of_page(std::string_view body);

// The first "RTMPTnnn" in the text; empty when there is none.
std::string message_id_in(std::string_view text);

} // namespace rtmpt_proxy::probe
