// The media servers of httpd's configuration, for the gateway to name them to rtmptctl.
#pragma once

#include "httpd_headers.hpp"

#include <rtmpt_proxy/protocol/status_messages.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// Each worker and balancer member of ours with its virtual host, at most protocol::kMaxMembers, in their order. Their
// condition is unknown: it changes all the time, and is httpd's to tell.
std::vector<protocol::Member> configured_members(apr_pool_t* scratch, server_rec* main_server);

} // namespace rtmpt_proxy::apache
