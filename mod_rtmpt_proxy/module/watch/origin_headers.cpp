// SPDX-License-Identifier: Apache-2.0
#include "module/watch/origin_headers.hpp"

#include "module/watch/watch_route.hpp"

namespace rtmpt_proxy::apache {

void set_origin_headers(request_rec* r) {
  const policy::OriginVerdict origin = origin_verdict(r);
  if (origin.allow_origin.empty()) return;
  apr_table_set(r->err_headers_out, "Access-Control-Allow-Origin", origin.allow_origin.c_str());
  apr_table_setn(r->err_headers_out, "Access-Control-Expose-Headers", "Retry-After");
  if (!origin.allows_credentials) return;
  apr_table_setn(r->err_headers_out, "Access-Control-Allow-Credentials", "true");
  apr_table_mergen(r->err_headers_out, "Vary", "Origin");
}

} // namespace rtmpt_proxy::apache
