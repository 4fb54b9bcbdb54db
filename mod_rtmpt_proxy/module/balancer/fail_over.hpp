// What the module adds to the way in which mod_proxy tries one member of a balancer after the other.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/ways/request_claim.hpp"

namespace rtmpt_proxy::apache {

// Notes at the claim that this member gave no session. Members noted before begin their retry= time anew: while the
// next one was being tried it may have passed, and mod_proxy would try the first again before it comes to the others.
void note_failure(RequestClaim& claim, proxy_worker& worker);

// The member was not asked, or not to the end, for as many opens as may wait for it do: mod_proxy is to try the next
// one, and not to blame this one. restore_skipped() ends it.
void note_skip(RequestClaim& claim, proxy_worker& worker);

// The request is over: members that mod_proxy took for bad ones because of note_skip() are good again, unless another
// request found them bad meanwhile.
void restore_skipped(RequestClaim& claim);

// Whether the member was noted, in either way.
bool has_failed(const RequestClaim& claim, const proxy_worker& worker);

void register_fail_over_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
