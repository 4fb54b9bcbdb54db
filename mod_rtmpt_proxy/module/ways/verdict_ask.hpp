// SPDX-License-Identifier: Apache-2.0
// The gateway's questions about a session that is there: may its client connect to this application ("OPEN /live"),
// publish or play this stream ("PUBLISH /live/cam1")?
//
// The question runs through httpd like any request, with the address of the client and by its own path alone: the rules
// for opening a session have let this client in already. No file stands behind it and nothing is proxied; its status is
// all that the gateway reads. It must reach the virtual host that the session is at, so that no rule is asked at
// another one after a restart.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Whether the gateway asks at the virtual host that it means.
bool reaches_own_host(const request_rec* r);

void register_verdict_ask_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
