// SPDX-License-Identifier: Apache-2.0
// The path of an ask as logs have it: where the name of a stream is the secret (RTMPTHideStreamName), rtmpt-gateway
// says what stands in its place.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// The path of the request, for a line in a log: as it was asked about, or with a hash in the place of the name.
const char* shown_path(const request_rec* r);

// Sees to it that neither the access log, nor mod_status, nor a line of httpd's modules in the error log has the name.
// Rules are tried with the true path all the same. Such lines of other modules quote the path, so those below
// "critical" are left out for such a request; this module's own line tells of a refusal.
void register_shown_path_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
