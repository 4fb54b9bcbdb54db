// SPDX-License-Identifier: Apache-2.0
// A file of a page that the module serves.
#pragma once

#include <string_view>

namespace rtmpt_proxy::apache {

// Everything in it lives as long as the module is loaded.
struct PageAsset {
  std::string_view name; // what follows the `?` of the page's own location; html is the page
  std::string_view type; // for Content-Type
  std::string_view text; // the file's bytes
};

} // namespace rtmpt_proxy::apache
