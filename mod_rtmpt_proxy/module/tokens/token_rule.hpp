// SPDX-License-Identifier: Apache-2.0
// Require stream-token: lets in who brings a token of RTMPTTokenKeys for what it publishes or plays. Connecting needs
// none, because the token stands behind a stream's name, which is not known then.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

inline constexpr const char* kTokenRule = "stream-token";

// Sees also to it that no log tells the query of a client's request that looks like a token, at hosts with
// RTMPTTokenKeys, whether its rule is reached or not.
void register_token_rule(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
