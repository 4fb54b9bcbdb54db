// SPDX-License-Identifier: Apache-2.0
// The control socket. httpd's parent makes it, keeps it through graceful and restart, hands it to the gateway, and
// removes it when httpd ends.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// The name of the default socket in httpd's runtime directory.
inline constexpr const char* kDefaultControlName = "rtmpt-control.sock";

// In httpd's parent, once the configuration is read: makes, keeps or removes the socket, as the main server's
// RTMPTControlSocket has it; `wanted` says whether there is a gateway. Errors are logged. Returns false when httpd
// should not start: at the first start, when RTMPTControlSocket asks for a socket that cannot be made. A running httpd
// continues without the socket.
bool settle_control_socket(apr_pool_t* configuration_pool, server_rec* main_server, bool wanted);

// The listening socket for the gateway; -1: none.
int control_listener();

// In a child: closes the descriptors that only the parent may hold.
void close_parents_control();

} // namespace rtmpt_proxy::apache
