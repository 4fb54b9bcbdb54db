// RTMPTGatewayUser name|#number
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/keeper/gateway_rights.hpp"

namespace rtmpt_proxy::apache {

// The setter of the directive: what is wrong with the word, or null.
const char* set_gateway_user(cmd_parms* cmd, void* unused, const char* name);

// Who the gateway runs as: RTMPTGatewayUser, else the User and Group of httpd's children; and whoever started httpd
// when that was not root.
GatewayUser gateway_user(const server_rec* main_server);

// One line when a user was asked for that httpd, not started by root, cannot switch to.
void warn_of_unused_gateway_user(server_rec* main_server);

} // namespace rtmpt_proxy::apache
