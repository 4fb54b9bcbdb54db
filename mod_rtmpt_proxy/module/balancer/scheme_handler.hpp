// SPDX-License-Identifier: Apache-2.0
// mod_proxy's handler for rtmp://, rtmps:// and rtmpt://: the admission of a session to the backend that mod_proxy
// chose.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_scheme_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
