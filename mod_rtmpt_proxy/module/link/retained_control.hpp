// The control socket over the generations of httpd: made by its parent, kept through graceful and restart, handed to
// the gateway, removed when httpd ends.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// The name of the default socket in httpd's runtime directory.
inline constexpr const char* kDefaultControlName = "rtmpt-control.sock";

// In httpd's parent, once the configuration is read: makes, keeps or removes the socket, as the main server's
// RTMPTControlSocket has it; `wanted` says whether there is a gateway. What is wrong is logged, and false returned when
// httpd should not start for it: a socket that was asked for, at the first start. A running httpd goes on without.
bool settle_control_socket(apr_pool_t* configuration_pool, server_rec* main_server, bool wanted);

// What the gateway is to listen on; -1: nothing.
int control_listener();

// In a child: closes what only the parent may hold.
void close_parents_control();

} // namespace rtmpt_proxy::apache
