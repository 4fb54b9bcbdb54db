// Boost.Beast's texts as the standard library's. For source files of the HTTP readers alone.
#pragma once

#include <boost/beast/core/string.hpp>

#include <string_view>

namespace rtmpt_proxy::gateway {

// The same bytes; valid as long as those of `text`.
inline std::string_view std_view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

} // namespace rtmpt_proxy::gateway
