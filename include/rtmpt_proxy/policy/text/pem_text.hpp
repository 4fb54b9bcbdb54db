// SPDX-License-Identifier: Apache-2.0
// Certificates in PEM.
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// The certificates of a PEM text, one after the other, as they stand there, and nothing else of it: no remark, and
// above all no key. A block is taken only whole, and only when between its first and last line there are lines of
// base64. Empty: there is none.
std::string certificates_of(std::string_view text);

} // namespace rtmpt_proxy::policy
