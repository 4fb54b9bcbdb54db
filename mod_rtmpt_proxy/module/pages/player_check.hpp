// SPDX-License-Identifier: Apache-2.0
// What configtest says about the player.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Warns of lines SetHandler rtmpt-player that show nothing. For check_config.
int check_players(server_rec* main_server);

} // namespace rtmpt_proxy::apache
