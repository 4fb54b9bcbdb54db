// SPDX-License-Identifier: Apache-2.0
// Which requests are those of viewers: GET /app/name.flv where RTMPTWatch is on and the streams go to a
// hub, or to media servers with cache=on.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/watch/origin.hpp>

#include <string_view>

namespace rtmpt_proxy::apache {

inline constexpr const char* kWatchHandler = "rtmpt-watch";

// The value of that header of the request; empty when it has none.
std::string_view header_of(const request_rec* r, const char* name);

// What the Origin of the request is worth at its virtual host.
policy::OriginVerdict origin_verdict(const request_rec* r);

// Whether a GET of this path would be a viewer's, as far as the path says.
bool is_path_of_viewers(request_rec* r);

// Claims these requests, unless a file of the site has the path.

// Notes in the claim where viewers of that target's streams go. False: they cannot be watched.
bool note_watched(const request_rec* r, RequestClaim& claim, const policy::PassTarget& target);

// Claims these requests, unless a file of the site has the path.
void register_watch_route_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
