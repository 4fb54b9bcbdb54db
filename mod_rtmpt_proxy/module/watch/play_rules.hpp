// SPDX-License-Identifier: Apache-2.0
// The rules for PLAY /app/name, applied to a viewer over HTTP: a rule that binds clients of RTMP binds it as well.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/watch/watch_target.hpp>

namespace rtmpt_proxy::apache {

// Asks httpd's own hooks as if the client of `r` had asked to PLAY the stream. Returns OK, or the status of the
// refusal; for 401 the client is told how to authenticate.
int refusal_by_play_rules(request_rec* r, const policy::WatchTarget& target);

void register_play_rule_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
