// SPDX-License-Identifier: Apache-2.0
// What `httpd -t` says about the room that the MPM's settings leave for streams over TLS.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_places_report_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
