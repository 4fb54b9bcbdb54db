// SPDX-License-Identifier: Apache-2.0
// The gateway's question "OPEN /live": may this client connect, and where does it go?
//
// The question runs through httpd like any request, with the address of the client: by its path "/live". Besides, the
// open that the same client would send as RTMPT, "POST /open/1", is tried as a subrequest. Both must be allowed, so
// that RTMPTAcceptRTMP lets nobody in whom the rules for RTMPT keep out.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Whether this is the subrequest that tries the open of RTMPT.
bool is_open_of_ask(const request_rec* r);

void register_ask_route_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
