// SPDX-License-Identifier: Apache-2.0
// Base64, as HTTP's Basic scheme wants it (RFC 4648, section 4).
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// With '=' at the end, without line breaks.
std::string to_base64(std::string_view bytes);

} // namespace rtmpt_proxy::policy
