// SPDX-License-Identifier: Apache-2.0
// RTMPTGatewayUser name|#number
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/keeper/gateway_rights.hpp"

namespace rtmpt_proxy::apache {

// The setter of the directive. Returns what is wrong with `name`, or null.
const char* set_gateway_user(cmd_parms* cmd, void* unused, const char* name);

// The user that the gateway runs as: RTMPTGatewayUser, else the User and Group of httpd's children. When httpd was not
// started by root, the user who started it.
GatewayUser gateway_user(const server_rec* main_server);

// Logs a warning when RTMPTGatewayUser is set and httpd cannot switch users because root has not started it.
void warn_of_unused_gateway_user(server_rec* main_server);

} // namespace rtmpt_proxy::apache
