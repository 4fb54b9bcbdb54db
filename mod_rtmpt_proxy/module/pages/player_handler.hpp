// SPDX-License-Identifier: Apache-2.0
// SetHandler rtmpt-player: a page that plays a stream, and the script by which another page does.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_player_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
