// SPDX-License-Identifier: Apache-2.0
// Answers with the list of a hub's streams, as JSON.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Serves what register_list_route_hooks() claims. Waits for the gateway at most patience::kStreamList.
void register_list_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
