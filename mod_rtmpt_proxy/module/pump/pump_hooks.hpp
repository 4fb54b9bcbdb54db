// SPDX-License-Identifier: Apache-2.0
// Where httpd lets go of a connection that is to be pumped.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_pump_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
