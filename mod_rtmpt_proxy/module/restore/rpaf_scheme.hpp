// HTTPS and the port as the client's request had them, request by request.
#pragma once

#include "module/restore/restored_request.hpp"

namespace rtmpt_proxy::apache {

inline constexpr const char* kHttpsHeaders[] = {"X-Forwarded-HTTPS", "X-HTTPS", "X-Forwarded-Proto"};
inline constexpr const char* kPortHeaders[] = {"X-Forwarded-Port", "X-Port"};

// What the trusted proxy says of the scheme; the answers to ap_http_scheme(), ap_ssl_conn_is_ssl() and %{HTTPS} follow.
void restore_https(request_rec* r, RestoredRequest& restored);

// After restore_https(). With `by_header` the port of X-Forwarded-Port, else of X-Port; without one the port of Host,
// and where Host has none and the client's host or scheme is known, the scheme's own: a client leaves that one out.
void restore_port(request_rec* r, RestoredRequest& restored, bool by_header, bool host_restored);

// Port and environment of a request, of its internal redirects and subrequests.
void apply_restored(request_rec* r, const RestoredRequest& restored);

void register_scheme_of_request_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
