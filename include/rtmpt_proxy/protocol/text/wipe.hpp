// SPDX-License-Identifier: Apache-2.0
// Overwriting secrets in memory that is given back or used for something else.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Overwrites the bytes with zeros. The compiler does not leave it out, although nobody reads them any more.
void wipe(std::span<char> bytes);

// Overwrites all of the memory that the text has, also what lies behind its end, and makes it empty.
void wipe(std::string& text);

// Appends. When the text needs more memory, what it had before is wiped. (A std::string alone would leave a copy.)
void append_and_wipe(std::string& text, std::string_view more);

} // namespace rtmpt_proxy::protocol
