// SPDX-License-Identifier: Apache-2.0
// RTMPTProxyPass and RTMPTProxyPassMatch: where the streams of a virtual host go.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// RTMPTProxyPass: takes "rtmp://host[:port] [key=value ...]", the same with rtmps:// and rtmpt://, "balancer://name" or
// "!". Makes mod_proxy's worker for the URL, so that balancer-manager, <Proxy> sections and the connection parameters
// of ProxyPass apply to it. Returns null, or what is wrong (in cmd->pool).
const char* set_proxy_pass(cmd_parms* cmd, void* directory_config, const char* arguments);

// RTMPTProxyPassMatch: takes "header regex" and then what RTMPTProxyPass takes. Adds a route after those before it.
const char* add_proxy_pass_match(cmd_parms* cmd, void* directory_config, const char* arguments);

} // namespace rtmpt_proxy::apache
