// SPDX-License-Identifier: Apache-2.0
// Where a virtual host has its player.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>

namespace rtmpt_proxy::apache {

inline constexpr const char* kPlayerHandler = "rtmpt-player";

// The path of the player that answers this request: that of the <Location> that says SetHandler rtmpt-player, as it is
// written there, with or without a slash at its end: only so it holds for the player's files. Where something else than
// a plain <Location> says so, the part of the request's path that httpd has found a place for, and the slash behind it
// if there is one. Not empty, and not escaped. In the thread of the request.
std::string player_place(request_rec* r);

// The path of a player of the virtual host that this request came to; empty when it has none that stands in a plain
// <Location>. In the thread of the request.
std::string player_place_of_host(request_rec* r);

} // namespace rtmpt_proxy::apache
