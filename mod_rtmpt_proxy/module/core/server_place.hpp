// How messages about the configuration name a virtual host.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>

namespace rtmpt_proxy::apache {

// "the main server", or "virtual host name (file:line)".
std::string place_of(const server_rec* server);

} // namespace rtmpt_proxy::apache
