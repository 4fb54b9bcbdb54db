// What the module adds to the way in which mod_proxy tries one member of a balancer after the other.
#pragma once

#include "httpd_headers.hpp"
#include "request_claim.hpp"

namespace rtmpt_proxy::apache {

// Notes at the claim that this member gave no session. Members noted before begin their retry= time anew: while the
// next one was being tried it may have passed, and mod_proxy would try the first again before it comes to the others.
void note_failure(RequestClaim& claim, proxy_worker& worker);

// Whether the member was noted.
bool has_failed(const RequestClaim& claim, const proxy_worker& worker);

void register_fail_over_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
