// SPDX-License-Identifier: Apache-2.0
// RTMPTSessionLog.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Reads where the log goes and, when `format` is not null, what its lines look like. Null, or what is wrong.
const char* set_session_log(cmd_parms* cmd, void*, const char* destination, const char* format);

} // namespace rtmpt_proxy::apache
