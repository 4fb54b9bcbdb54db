// SPDX-License-Identifier: Apache-2.0
// The environment variable rtmpt-tunnel, by which SetEnvIf, CustomLog, Header and expressions recognise a tunnel
// request.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

namespace rtmpt_proxy::apache {

inline constexpr const char* kTunnelVariable = "rtmpt-tunnel";

// Marks the request as the tunnel's: sets the variable to the request's kind.
void mark_tunnel_request(request_rec* r, protocol::TunnelRequestKind kind);

// Removes the mark from a request that is not the tunnel's after all.
void unmark_tunnel_request(request_rec* r);

// Marks requests before other modules see them: POSTs with an RTMPT target at a host that has streams. When such a
// request is claimed or declined later, the mark follows.
void register_tunnel_mark_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
