// SPDX-License-Identifier: Apache-2.0
// The restore filter: requests from a trusted proxy get their client's address, host, scheme and port.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_restore_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
