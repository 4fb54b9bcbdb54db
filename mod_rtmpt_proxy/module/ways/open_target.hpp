// SPDX-License-Identifier: Apache-2.0
// Where an open goes, and how mod_proxy is told.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/settings/settings.hpp>

namespace rtmpt_proxy::apache {

// What the routes of this virtual host say to the request's headers.
const policy::RouteChoice& choose_route(request_rec* r, const policy::HeaderRoutes& routes);

// The target of this open: that of the first route that matches, else RTMPTProxyPass.
const policy::PassTarget& choose_target(request_rec* r, const policy::EffectiveSettings& settings);

// The handler of requests of the tunnel that no proxy is to serve.
inline constexpr const char* kTunnelHandler = "rtmpt-tunnel";

// mod_proxy serves an open like any request to a backend: <Location>, Require, <Proxy> and the access log apply. `url`
// is "rtmp://media:1935/open/1".
void route_to_url(request_rec* r, const char* url);

// The open goes to a hub: the same applies, but for <Proxy>. The request is claimed.
void route_to_hub(request_rec* r, const policy::HubName& hub);

// One of both, for a request that is claimed.
void route_to(request_rec* r, const policy::PassTarget& target);

} // namespace rtmpt_proxy::apache
