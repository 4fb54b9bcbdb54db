// The backends of httpd's configuration, in their present condition in mod_proxy.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// Every worker and balancer member with an rtmp:// or rtmpt:// URL, each once, with the virtual host that names it; at
// most protocol::kMaxMembers. Includes members added at run time. May be called in any thread.
std::vector<protocol::Member> configured_members(request_rec* r);

// The same for httpd's parent, which does not know what children have changed at run time: the condition of each is
// unknown.
std::vector<protocol::Member> members_as_written(apr_pool_t* scratch, server_rec* main_server);

} // namespace rtmpt_proxy::apache
