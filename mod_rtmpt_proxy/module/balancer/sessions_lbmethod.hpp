// SPDX-License-Identifier: Apache-2.0
// lbmethod=rtmptsessions chooses the member with the fewest live sessions for its loadfactor. rtmpt-gateway counts the
// sessions, for all children of httpd together.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Makes the method known to mod_proxy, which looks it up while it reads the configuration.
void register_sessions_lbmethod(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
