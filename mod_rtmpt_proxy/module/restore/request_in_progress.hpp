// SPDX-License-Identifier: Apache-2.0
// ap_ssl_conn_is_ssl(), and with it %{HTTPS} of mod_rewrite and of expressions, asks about a connection, not about a
// request. A connection serves one request after the other, so the answer is that of the request being served.
#pragma once

#include "module/restore/restored_request.hpp"

namespace rtmpt_proxy::apache {

// From now until `r` ends or the connection's next request begins, the connection answers with `restored.https`.
void answer_for_request(request_rec* r, const RestoredRequest& restored);

void register_request_in_progress_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
