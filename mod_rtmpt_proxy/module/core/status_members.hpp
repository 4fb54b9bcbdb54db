// SPDX-License-Identifier: Apache-2.0
// The backends of httpd's configuration, in their present condition in mod_proxy.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <vector>

namespace rtmpt_proxy::apache {

// Every worker and balancer member with an rtmp://, rtmps:// or rtmpt:// URL, each once, with the virtual host that
// names it; at most protocol::kMaxMembers. Includes members added at run time. May be called in any thread. An error
// whose time to be tried again has come stays one, until an open has gone there; `forgives`: it is ok.
std::vector<protocol::Member> configured_members(request_rec* r, bool forgives = false);

// Those that streams of the request's virtual host go to. One in error whose time to be tried again has come is ok: the
// next open goes there.
std::vector<protocol::Member> members_of_host(request_rec* r);

// The same as configured_members() for httpd's parent, which does not know what children have changed at run time: the
// condition of each is unknown.
std::vector<protocol::Member> members_as_written(apr_pool_t* scratch, server_rec* main_server);

} // namespace rtmpt_proxy::apache
