// What the children of one configuration share about waiting for streams.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/waiting_places.hpp"

namespace rtmpt_proxy::apache {

// What this child shares with the others; from post_config on.
SharedWaits shared_waits(server_rec* main_server);

// A new process stands behind the first door: whatever the children know of the one before it is forgotten. For the
// parent.
void forget_silence(server_rec* main_server);

// Children that are not about to end. Their number is a guess by the time it is used; nothing depends on it exactly.
std::size_t living_children();

void register_waiting_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
