// SPDX-License-Identifier: Apache-2.0
// Writes JSON in ASCII only.
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::control {

// The same document with \uXXXX (RFC 8259 section 7, pairs of surrogates beyond U+FFFF) for DEL and for every character
// that is not ASCII. `document` is JSON in UTF-8, so such characters stand in strings alone; a byte that belongs to no
// well-formed character becomes U+FFFD.
std::string ascii_json(std::string_view document);

} // namespace rtmpt_proxy::control
