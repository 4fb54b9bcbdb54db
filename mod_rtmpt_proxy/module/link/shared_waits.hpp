// SPDX-License-Identifier: Apache-2.0
// What the children of one configuration share about waiting for the gateway.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/waiting_places.hpp"

namespace rtmpt_proxy::apache {

// The data that this child shares with the others. Available from post_config on.
SharedWaits shared_waits(server_rec* main_server);

// The parent calls it when a new gateway serves the first door: what the children know about the one before is
// forgotten.
void forget_silence(server_rec* main_server);

// How many children are not about to end. The number may change at once; nothing depends on its exact value.
std::size_t living_children();

void register_waiting_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
