// SPDX-License-Identifier: Apache-2.0
// Text of any bytes in the headers of asks and their answers: %XX.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Letters, digits and -._~ stay; all other bytes become %XX.
std::string percent_encoded(std::string_view text);

// The text that was encoded so. Unset where a '%' stands without two hexadecimal digits behind it, or a byte that is
// none of printable ASCII.
std::optional<std::string> percent_decoded(std::string_view text);

} // namespace rtmpt_proxy::protocol
