// The media servers of httpd's configuration, as mod_proxy sees them now.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// Every worker and balancer member that is ours, each once, with the virtual host that names it; at most
// protocol::kMaxMembers. Any thread; members added at run time are included.
std::vector<protocol::Member> configured_members(request_rec* r);

// The same for httpd's parent, where nothing is known of what came at run time: their condition is unknown.
std::vector<protocol::Member> members_as_written(apr_pool_t* scratch, server_rec* main_server);

} // namespace rtmpt_proxy::apache
