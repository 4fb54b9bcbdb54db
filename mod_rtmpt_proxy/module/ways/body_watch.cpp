// SPDX-License-Identifier: Apache-2.0
#include "module/ways/body_watch.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/pool.hpp"
#include "module/ways/tunnel_mark.hpp"

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kFilterName = "rtmpt_body_watch";

void count(BodyWatch& watch, const apr_bucket_brigade* brigade) {
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
       bucket = APR_BUCKET_NEXT(bucket)) {
    if (APR_BUCKET_IS_EOS(bucket)) watch.ended = true;
    if (!APR_BUCKET_IS_METADATA(bucket))
      watch.passed_bytes += bucket->length; // the length is known, because the bytes are in memory
  }
}

apr_status_t watch_body(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_read_type_e block,
                        apr_off_t bytes) {
  BodyWatch& watch = *static_cast<BodyWatch*>(filter->ctx);
  watch.begun = true;
  const apr_status_t status = ap_get_brigade(filter->next, brigade, mode, block, bytes);
  if (status == APR_SUCCESS && mode != AP_MODE_SPECULATIVE) count(watch, brigade);
  return status;
}

int watch_tunnel_request(request_rec* r) {
  if (r->main || r->prev || !apr_table_get(r->subprocess_env, kTunnelVariable) || find_body_watch(r)) return DECLINED;
  ap_add_input_filter(kFilterName, make_in_pool<BodyWatch>(r->pool), r, r->connection);
  return DECLINED;
}

} // namespace

const BodyWatch* find_body_watch(const request_rec* r) {
  for (const ap_filter_t* filter = r->input_filters; filter; filter = filter->next)
    if (std::string_view(filter->frec->name) == kFilterName) return static_cast<const BodyWatch*>(filter->ctx);
  return nullptr;
}

void register_body_watch(apr_pool_t*) {
  // The last filter before httpd's own body filter, below every filter that changes or keeps a body.
  ap_register_input_filter(kFilterName, guarded<watch_body, static_cast<apr_status_t>(APR_EGENERAL)>, nullptr,
                           static_cast<ap_filter_type>(AP_FTYPE_PROTOCOL - 1));
  // After the request has been marked, and before anybody may read its body.
  ap_hook_post_read_request(guarded<watch_tunnel_request, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST + 2);
}

} // namespace rtmpt_proxy::apache
