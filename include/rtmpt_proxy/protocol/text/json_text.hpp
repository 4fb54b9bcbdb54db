// SPDX-License-Identifier: Apache-2.0
// Text in JSON (RFC 8259, 7).
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// `text` in quotation marks. It may be of any bytes: each byte that belongs to no well-formed character becomes U+FFFD,
// as JSON is UTF-8; quotation marks, backslashes and control characters are escaped.
std::string json_text(std::string_view text);

} // namespace rtmpt_proxy::protocol
