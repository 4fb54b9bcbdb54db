// SPDX-License-Identifier: Apache-2.0
// Lets httpd accept rtmpt-gateway's questions like the connections of its clients: one more listener among httpd's own,
// so that any idle worker answers, on every MPM.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <cstdint>

namespace rtmpt_proxy::apache {

// How many questions there may be at a time: a quarter of what httpd can serve at once, so that pages get the rest.
std::uint32_t most_asks();

// The listener exists only where a virtual host that carries streams has RTMPTAcceptRTMP On or RTMPTTerminateTLS
// gateway, or asks httpd about streams (RTMPTAuthorize); without one httpd is left as it is.
void register_ask_listener_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
