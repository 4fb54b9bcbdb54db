// The environment variable rtmpt-tunnel, by which SetEnvIf, CustomLog, Header and expressions know a tunnel request.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>

namespace rtmpt_proxy::apache {

inline constexpr const char* kTunnelVariable = "rtmpt-tunnel";

// The request is the tunnel's: the variable gets the request's kind.
void mark_tunnel_request(request_rec* r, protocol::TunnelRequestKind kind);

// It is not, although it looked so.
void unmark_tunnel_request(request_rec* r);

// Marks requests before anybody looks at them: POSTs with one of RTMPT's targets, at a host that has streams. Whoever
// claims or declines such a request later has the last word.
void register_tunnel_mark_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
