// SPDX-License-Identifier: Apache-2.0
// How messages about the configuration name a virtual host, and which ones share an address and port: there httpd finds
// out by name which of them a client wants.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>

namespace rtmpt_proxy::apache {

// "the main server", or "virtual host name (file:line)".
std::string place_of(const server_rec* server);

// Whether a virtual host has this address and port.
bool has_address(const server_rec* server, const server_addr_rec* address);

// The virtual host that httpd, and mod_ssl, use for a connection to this address until they know the name: the first in
// the configuration, which is the last in httpd's list. Null when no virtual host has the address.
const server_rec* first_host_of(const server_rec* main_server, const server_addr_rec* address);

} // namespace rtmpt_proxy::apache
