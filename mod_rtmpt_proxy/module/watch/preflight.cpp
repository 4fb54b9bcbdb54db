// SPDX-License-Identifier: Apache-2.0
#include "module/watch/preflight.hpp"

#include "module/core/hook_guard.hpp"
#include "module/watch/list_route.hpp"
#include "module/watch/origin_headers.hpp"
#include "module/watch/watch_route.hpp"
#include "module/ways/stream_request.hpp"

namespace rtmpt_proxy::apache {

namespace {

// It carries no password, so no rule may refuse it; it tells nothing about a stream.
int answer_preflight(request_rec* r, int is_lookup) {
  if (is_lookup || r->method_number != M_OPTIONS) return DECLINED;
  const bool is_of_viewers = is_path_of_viewers(r);
  if (!is_of_viewers && !is_path_of_list(r)) return DECLINED;
  if (is_of_viewers) hide_query_of(r);
  const std::string_view method = header_of(r, "Access-Control-Request-Method");
  if (header_of(r, "Origin").empty() || (method != "GET" && method != "HEAD")) return DECLINED;
  if (!origin_verdict(r).is_allowed) return HTTP_FORBIDDEN;
  set_origin_headers(r);
  apr_table_setn(r->headers_out, "Access-Control-Allow-Methods", "GET, HEAD");
  apr_table_setn(r->headers_out, "Access-Control-Allow-Headers", "Authorization");
  apr_table_setn(r->headers_out, "Access-Control-Max-Age", "600");
  r->status = HTTP_NO_CONTENT;
  return OK;
}

} // namespace

void register_preflight_hooks(apr_pool_t*) {
  // Before mod_cache, which would look for it.
  ap_hook_quick_handler(guarded<answer_preflight, DECLINED>, nullptr, nullptr, APR_HOOK_FIRST);
}

} // namespace rtmpt_proxy::apache
