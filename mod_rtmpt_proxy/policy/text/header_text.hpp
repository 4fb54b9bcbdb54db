// Words about header values that the parsers of policy/ share.
#pragma once

#include <string_view>

namespace rtmpt_proxy::policy {

// Without the blanks and tabs around it; other white space is no part of HTTP's lists.
std::string_view trimmed(std::string_view text);

// What stands behind the last comma, trimmed: what the nearest proxy appended.
std::string_view last_entry(std::string_view list);

// Letters of ASCII alone have a case; the locale has no say in a protocol's words.
bool equal_in_any_case(std::string_view one, std::string_view other);

} // namespace rtmpt_proxy::policy
