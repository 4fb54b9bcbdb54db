// The files of the status page, as they are in the module.
#pragma once

#include <string_view>

namespace rtmpt_proxy::apache {

// One file. Everything in it lives as long as the module is loaded.
struct StatusAsset {
  std::string_view name; // html | css | js | icon: what follows the `?` of the page's own location; html is the page
  std::string_view type; // for Content-Type
  std::string_view text; // the file's bytes, UTF-8
};

// Stands in the page once, where the token against cross-site requests belongs: in a double-quoted attribute. It has to
// be replaced with the token, or with nothing where the page must not end sessions.
inline constexpr std::string_view kStatusTokenPlace = "@RTMPT_TOKEN@";

// The file of that name, or null. Any thread.
const StatusAsset* find_status_asset(std::string_view name);

} // namespace rtmpt_proxy::apache
