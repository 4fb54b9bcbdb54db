// SPDX-License-Identifier: Apache-2.0
// Functions for header values that the parsers of policy/ share.
#pragma once

#include <string_view>

namespace rtmpt_proxy::policy {

// `text` without the blanks and tabs around it. Other white space does not belong to HTTP's lists.
std::string_view trimmed(std::string_view text);

// The text after the last comma, trimmed: the entry that the nearest proxy appended.
std::string_view last_entry(std::string_view list);

// Whether the texts are equal in any case of letters. Only ASCII letters have a case here, whatever the locale is.
bool equal_in_any_case(std::string_view one, std::string_view other);

} // namespace rtmpt_proxy::policy
