// SPDX-License-Identifier: Apache-2.0
// Converts Boost.Beast's texts to the standard library's. Only for source files of the HTTP readers.
#pragma once

#include <boost/beast/core/string.hpp>

#include <string_view>

namespace rtmpt_proxy::gateway {

// The same bytes; valid as long as the bytes of `text` are.
inline std::string_view std_view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

} // namespace rtmpt_proxy::gateway
