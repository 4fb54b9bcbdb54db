// SPDX-License-Identifier: Apache-2.0
// RTMPTTokenKeys file
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// The setter of a AP_INIT_TAKE1: reads the file at once, while httpd still has root's rights. What is wrong with it, or
// null.
const char* set_token_keys(cmd_parms* cmd, void* unused, const char* name);

} // namespace rtmpt_proxy::apache
