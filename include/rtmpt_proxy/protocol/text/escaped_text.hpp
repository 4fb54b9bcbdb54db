// SPDX-License-Identifier: Apache-2.0
// Escapes text from outside for a log or for JSON, so that it cannot end a line, close quotation marks or control a
// terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// The mark at the end of a text that was cut.
inline constexpr std::string_view kCutMark = "...";

// `text` for a log line, in quotation marks or without. As httpd's access log has it: \" \\ \b \n \r \t \v, and \xhh
// for other control bytes; and for each byte that belongs to no well-formed UTF-8 character. Other than there,
// well-formed characters stay readable, except those that control (U+0080 to U+009F) or that hide or reorder what
// stands beside them (line separators, zero-width and directional marks), which are \xhh byte by byte.
// At most `max_bytes` bytes come out, with kCutMark at the end when not all had room; an escape is never cut.
// `max_bytes` is at least the size of kCutMark.
std::string escape_for_log(std::string_view text, std::size_t max_bytes);

// `text` as UTF-8 that every JSON parser takes: each byte that belongs to no well-formed character becomes U+FFFD.
// Control characters stay, for JSON escapes them itself. Cut like escape_for_log.
std::string to_valid_utf8(std::string_view text, std::size_t max_bytes);

} // namespace rtmpt_proxy::protocol
