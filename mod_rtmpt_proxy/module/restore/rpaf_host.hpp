// SPDX-License-Identifier: Apache-2.0
// Restores the host that the client asked the proxy for.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

inline constexpr const char* kHostHeaders[] = {"X-Forwarded-Host", "X-Host"};

// Gives the request the host of X-Forwarded-Host, else of X-Host, and with it a virtual host and a port. False, with
// nothing changed, when neither header has a valid host.
bool restore_host(request_rec* r);

} // namespace rtmpt_proxy::apache
