// SPDX-License-Identifier: Apache-2.0
#include "module/link/connection_release.hpp"

namespace rtmpt_proxy::apache {

namespace {

constexpr apr_size_t kLengthOfSocket = static_cast<apr_size_t>(-1);

} // namespace

ap_filter_t* network_filter(const conn_rec* c) {
  ap_filter_t* filter = c->input_filters;
  while (filter->next)
    filter = filter->next;
  return filter;
}

// The network filter gives all that it holds, and the socket itself as the last bucket.
std::string take_read_ahead(ap_filter_t* filter) {
  std::string bytes;
  apr_bucket_brigade* const brigade = apr_brigade_create(filter->c->pool, filter->c->bucket_alloc);
  ap_get_brigade(filter, brigade, AP_MODE_EXHAUSTIVE, APR_NONBLOCK_READ, 0);
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
       bucket = APR_BUCKET_NEXT(bucket)) {
    if (APR_BUCKET_IS_METADATA(bucket)) continue;
    if (bucket->length == kLengthOfSocket) break;
    const char* data = nullptr;
    apr_size_t size = 0;
    if (apr_bucket_read(bucket, &data, &size, APR_NONBLOCK_READ) == APR_SUCCESS) bytes.append(data, size);
  }
  apr_brigade_destroy(brigade);
  return bytes;
}

void let_go(conn_rec* c) {
  c->aborted = 1;
  c->keepalive = AP_CONN_CLOSE;
  if (c->cs) c->cs->state = CONN_STATE_LINGER;
}

int close_at_once(conn_rec* c) {
  let_go(c);
  return OK;
}

} // namespace rtmpt_proxy::apache
