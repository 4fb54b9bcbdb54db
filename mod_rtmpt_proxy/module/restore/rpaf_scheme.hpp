// SPDX-License-Identifier: Apache-2.0
// Restores, for each request, whether the client used HTTPS, and the port that it used.
#pragma once

#include "module/restore/restored_request.hpp"

namespace rtmpt_proxy::apache {

inline constexpr const char* kHttpsHeaders[] = {"X-Forwarded-HTTPS", "X-HTTPS", "X-Forwarded-Proto"};
inline constexpr const char* kPortHeaders[] = {"X-Forwarded-Port", "X-Port"};

// Notes the scheme that the trusted proxy names. ap_http_scheme(), ap_ssl_conn_is_ssl() and %{HTTPS} follow it.
void restore_https(request_rec* r, RestoredRequest& restored);

// Called after restore_https(). With `by_header` takes the port of X-Forwarded-Port, else of X-Port. Otherwise takes
// the port of Host. When Host has none and the client's host or scheme is known, takes the scheme's default port,
// because clients leave that one out.
void restore_port(request_rec* r, RestoredRequest& restored, bool by_header, bool host_restored);

// Sets port and environment of a request, also of its internal redirects and subrequests.
void apply_restored(request_rec* r, const RestoredRequest& restored);

void register_scheme_of_request_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
