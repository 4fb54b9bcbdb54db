// SPDX-License-Identifier: Apache-2.0
// Additions to the way in which mod_proxy tries the members of a balancer one after the other.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/ways/request_claim.hpp"

namespace rtmpt_proxy::apache {

// Notes in the claim that this member gave no session. Restarts the retry= time of the members noted before. That time
// may have passed while the next member was tried, and then mod_proxy would try the first one again before the others.
void note_failure(RequestClaim& claim, proxy_worker& worker);

// Notes that the member was not asked, or the question was given up, because the most allowed opens wait for it
// already. mod_proxy tries the next member and must not blame this one; restore_skipped() takes care of that.
void note_skip(RequestClaim& claim, proxy_worker& worker);

// At the end of the request: takes members out of error that mod_proxy put into error because of note_skip(), unless
// another request has found them bad meanwhile.
void restore_skipped(RequestClaim& claim);

// Whether the member was noted by note_failure() or note_skip().
bool has_failed(const RequestClaim& claim, const proxy_worker& worker);

void register_fail_over_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
