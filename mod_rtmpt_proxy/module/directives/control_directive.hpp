// SPDX-License-Identifier: Apache-2.0
// RTMPTControlSocket path|off [user=NAME] [group=NAME] [mode=0660]
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// The setter of a AP_INIT_TAKE_ARGV: what is wrong with the words, or null.
const char* set_control_socket(cmd_parms* cmd, void* unused, int count, char* const words[]);

} // namespace rtmpt_proxy::apache
