// RTMPTProxyPass: where the streams of a virtual host go.
#pragma once

#include "httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Takes "rtmp://host[:port] [key=value ...]" or "!". Makes mod_proxy's worker for the URL, so that balancer-manager,
// <Proxy> sections and the connection parameters of ProxyPass apply to it. Returns null, or what is wrong (in
// cmd->pool).
const char* set_proxy_pass(cmd_parms* cmd, void* directory_config, const char* arguments);

} // namespace rtmpt_proxy::apache
