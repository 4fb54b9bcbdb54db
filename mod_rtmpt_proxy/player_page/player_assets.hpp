// SPDX-License-Identifier: Apache-2.0
// The files of the player page, as they are in the module.
#pragma once

#include "page_assets/page_asset.hpp"

namespace rtmpt_proxy::apache {

// Stands in the page wherever the path of its location belongs, in double-quoted attributes. It has to be replaced with
// that path, escaped, without a slash at its end.
inline constexpr std::string_view kPlayerPlace = "@RTMPT_PLACE@";

// The file of that name, or null. The names are html | css | js | player | icon | mpegts; the last one is missing in a
// module that was built without the player. Any thread.
const PageAsset* find_player_asset(std::string_view name);

} // namespace rtmpt_proxy::apache
