// SPDX-License-Identifier: Apache-2.0
// The files of the status page, as they are in the module.
#pragma once

#include "page_assets/page_asset.hpp"

namespace rtmpt_proxy::apache {

// Stands in the page once, where the token against cross-site requests belongs: in a double-quoted attribute. It has to
// be replaced with the token, or with nothing where the page must not end sessions.
inline constexpr std::string_view kStatusTokenPlace = "@RTMPT_TOKEN@";

// Stands in the page once, where a link to the player belongs. It has to be replaced with a link, or with nothing where
// there is no player.
inline constexpr std::string_view kStatusPlayerPlace = "@RTMPT_PLAYER@";

// The file of that name, or null. The names are html | css | js | icon. Any thread.
const PageAsset* find_status_asset(std::string_view name);

} // namespace rtmpt_proxy::apache
